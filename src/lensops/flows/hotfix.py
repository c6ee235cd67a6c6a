"""Hotfixes: what a target serves past a rule, as long as the target before it lacks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lensops.errors import UserError
from lensops.flows.targets import target_of
from lensops.git.ancestry import Ancestry, ancestry
from lensops.release import Entry, Release, Served, served_prompts

if TYPE_CHECKING:
    from lensops.flows.project import Opened
    from lensops.plan import Hotfix

Changes = Mapping[str, Served | None]  # prompts by name as a hotfix left them; None: removed


def open_hotfix(project: Opened, name: str, entries: Sequence[Entry]) -> Hotfix | None:
    """The hotfix that a target serves, unless the target that its `after:` names has it too."""
    if not entries or entries[-1].statement.override is None:
        return None
    from lensops.plan import Hotfix  # there is hardly ever one

    changes = hotfix_changes(entries)
    predecessor = project.manifest.places[name].after
    if predecessor is not None and _target_has(project, predecessor, entries[-1], changes):
        return None
    return Hotfix(entries[-1], tuple(changes), predecessor)


def hotfix_changes(entries: Sequence[Entry]) -> Changes:
    """What the overrides that a log ends with changed, taken together."""
    count = next(
        (n for n, e in enumerate(reversed(entries)) if e.statement.override is None), len(entries)
    )
    earlier = entries[-count - 1].record.prompts if count < len(entries) else {}
    later = entries[-1].record.prompts
    names = sorted({*earlier, *later})
    return {name: later.get(name) for name in names if earlier.get(name) != later.get(name)}


def release_has(release: Release | None, changes: Changes) -> bool:
    """Whether a release has all that a hotfix changed; False for one that changed no prompt."""
    served = served_prompts(release) if release else {}
    return bool(changes) and all(served.get(name) == change for name, change in changes.items())


def _target_has(project: Opened, name: str, hotfix: Entry, changes: Changes) -> bool:
    """Whether a target serves what the hotfix changed, or a commit that came after it."""
    try:
        observed = target_of(project, name).observe()
    except UserError:
        return False
    if observed.digest == hotfix.record.release or release_has(observed.release, changes):
        return True
    override = hotfix.statement.override
    if override is None or override.rule != "after":  # any newer commit descends from an older one
        return False
    later = observed.record.commit if observed.record else None
    return _descends(project, hotfix.record.commit, later)


def _descends(project: Opened, commit: str | None, later: str | None) -> bool:
    if commit is None or later is None:
        return False
    try:
        repository = project.repository
    except UserError:
        return False
    newer = {Ancestry.SAME, Ancestry.NEWER}
    return repository is not None and ancestry(repository, later, commit) in newer
