"""Collect garbage: the objects of targets that no record names. Records are never removed."""

from __future__ import annotations

from collections.abc import Collection

from lensops.flows.project import open_project
from lensops.flows.targets import select_targets, target_of
from lensops.manifest.locate import ProjectRef
from lensops.targets import Target
from lensops.targets.served import Garbage


def collect_garbage(
    ref: ProjectRef,
    *,
    targets: Collection[str] = (),
    remove: bool = False,
) -> tuple[Garbage, ...]:
    """The objects that no record names; with `remove`, they are removed.

    Raises `Refused` for a target whose log is damaged, and `RemoteFailed`.
    """
    project = open_project(ref)
    names = select_targets(project.manifest, targets)
    return tuple(_collect(target_of(project, name), remove=remove) for name in names)


def _collect(target: Target, *, remove: bool) -> Garbage:
    paths = target.garbage_paths()
    return Garbage(target.name, paths, target.remove(paths) if remove else ())
