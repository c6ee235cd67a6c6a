"""The rules of order between releases, which an override may go past, and the hotfixes that did."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lensops.errors import Refused, UserError
from lensops.flows.candidate import Candidate, project_at_commit
from lensops.flows.targets import Seen, target_of
from lensops.format import short_commit
from lensops.git.ancestry import Ancestry, ancestry
from lensops.release import Entry, Release, Served, served_prompts

if TYPE_CHECKING:
    from lensops.flows.project import Opened
    from lensops.git import Repository
    from lensops.plan import Hotfix, TargetPlan
    from lensops.release import Record, Release


AFTER, ANCESTOR = "after", "ancestor"
RULES = (AFTER, ANCESTOR)


class Violation(NamedTuple):
    """A rule that does not hold at a target. One that does not block is only said."""

    rule: str
    message: str
    hint: str = ""
    blocks: bool = True


def violations(
    project: Opened, candidate: Candidate, targets: Mapping[str, Seen], plan: TargetPlan
) -> tuple[Violation, ...]:
    """The rules that an apply to one target would break; `targets` are all that are applied."""
    if plan.in_sync:
        return ()
    results = (
        _after(project, plan, targets),
        _ancestor(project, candidate, targets[plan.name], plan),
    )
    return tuple(violation for violation in results if violation is not None)


def unserved_reason(project: Opened, name: str, release: Release) -> str | None:
    """Why a target must wait for the one that its `after:` names; None when it must not."""
    first = project.manifest.places[name].after
    if first is None:
        return None
    if target_of(project, first).observe().digest == release.digest:
        return None
    return f"{name} comes after {first}, which does not serve this release yet"


def check_override_permitted(project: Opened, name: str, record: Record | None, rule: str) -> None:
    """Raise `Refused` unless the manifest of the commit that is served lets this rule be passed."""
    where = f"the manifest of the commit that {name} serves"
    if record is None or record.commit is None:
        problem = f"{name} serves no commit whose manifest could allow it"
        raise Refused(f"{rule} cannot be overridden: {problem}")
    try:
        manifest = project_at_commit(project, record.commit).manifest
    except UserError as error:
        problem = f"{rule} cannot be overridden: {where} cannot be read: {error.message}"
        raise Refused(problem, error.hint or "fetch that commit first") from None
    if name not in manifest.places or rule not in manifest.places[name].overrides:
        problem = f"{where} ({short_commit(record.commit)}) does not let {rule!r} be overridden"
        hint = f"`overrides: [{rule}]` of the target counts from the first release that has it"
        raise Refused(problem, hint)


def _after(project: Opened, plan: TargetPlan, names: Collection[str]) -> Violation | None:
    if project.manifest.places[plan.name].after in names:
        return None  # both are applied, in order
    try:
        reason = unserved_reason(project, plan.name, plan.desired)
    except UserError as error:
        reason = error.message
    return Violation(AFTER, reason, "apply that one first") if reason else None


def _ancestor(
    project: Opened, candidate: Candidate, target: Seen, plan: TargetPlan
) -> Violation | None:
    """The commit that is applied has what the served one has."""
    record, repository = target.observed.record, project.repository
    if repository is None or record is None or record.commit is None:
        return None
    commit = candidate.commit if candidate.promotion else repository.head()
    return _compare(repository, target, plan, commit, record.commit) if commit else None


def _compare(
    repository: Repository, target: Seen, plan: TargetPlan, commit: str, served: str
) -> Violation | None:
    how = ancestry(repository, commit, served)
    if how in {Ancestry.SAME, Ancestry.NEWER}:
        return None
    name, commits = plan.name, (short_commit(commit), short_commit(served))
    if _takes_back_hotfix(target, plan):
        problem = f"{name} serves a hotfix of commit {commits[1]} that this release does not have"
        return Violation(ANCESTOR, problem, "merge it first")
    if how is Ancestry.OLDER:
        problem = f"commit {commits[0]} is older than {commits[1]}, which {name} serves"
        return Violation(ANCESTOR, problem, "to go back, apply a commit that reverts")
    relation = "stands beside" if how is Ancestry.BESIDE else "cannot be compared with"
    problem = f"commit {commits[0]} {relation} {commits[1]}, which {name} serves"
    return Violation(ANCESTOR, problem, blocks=False)


def _takes_back_hotfix(target: Seen, plan: TargetPlan) -> bool:
    if target.observed.statement.override is None:
        return False
    changes = hotfix_changes(target.target.log().entries)
    return not release_has(plan.desired, changes)


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
