"""The hotfixes that targets serve and others lack, for commands that read no target otherwise."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from lensops.errors import RemoteFailed, UserError
from lensops.manifest.locate import ProjectRef, find_manifest

if TYPE_CHECKING:
    from lensops.flows.project import Opened
    from lensops.plan import Hotfix
    from lensops.targets import Target


def open_hotfixes(ref: ProjectRef) -> dict[str, Hotfix]:
    """The hotfixes of all targets, by name; none where the manifest is not valid.

    A network is asked only where this clone has seen a hotfix.
    """
    try:
        if b"overrides" not in find_manifest(ref).read_bytes():
            return {}  # no rule can have been passed, and building the model can be spared
        return _read_hotfixes(ref)
    except (UserError, OSError):
        return {}


def _read_hotfixes(ref: ProjectRef) -> dict[str, Hotfix]:
    from lensops.flows.project import open_project
    from lensops.flows.targets import select_targets, target_of

    project = open_project(ref)
    names = select_targets(project.manifest)
    hotfixes = {name: _hotfix_at(project, target_of(project, name)) for name in names}
    return {name: hotfix for name, hotfix in hotfixes.items() if hotfix is not None}


def _hotfix_at(project: Opened, target: Target) -> Hotfix | None:
    from lensops.flows.hotfix import open_hotfix

    entries = target.cached_log().entries
    if not entries or entries[-1].statement.override is None:
        return None
    with contextlib.suppress(RemoteFailed):
        entries = target.log().entries
    return open_hotfix(project, target.name, entries)
