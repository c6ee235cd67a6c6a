"""The targets of a project: chosen by name, put in order, opened and observed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

from lensops.manifest.select import select_names
from lensops.targets import Observed, Target, open_target

if TYPE_CHECKING:
    from lensops.flows.project import Opened
    from lensops.manifest import Manifest


class Seen(NamedTuple):
    """A target and what it was observed to serve."""

    target: Target
    observed: Observed


def select_targets(manifest: Manifest, names: Collection[str] = ()) -> tuple[str, ...]:
    """The targets of these names, or all of them, each after the target that its `after:` names.

    Raises `UserError` when there is no such target.
    """
    return select_names(_in_order(manifest), names, "target")


def target_of(project: Opened, name: str) -> Target:
    """A target that the manifest names. Raises `UserError` when its location is impossible."""
    return open_target(name, project.manifest.places[name], project.tree)


def observe_targets(project: Opened, names: tuple[str, ...]) -> dict[str, Seen]:
    """What targets serve. Raises `RemoteFailed` when one cannot be reached."""
    targets = {name: target_of(project, name) for name in names}
    return {name: observe_target(project, target) for name, target in targets.items()}


def observe_target(project: Opened, target: Target) -> Seen:
    """What a target serves, compared with what this clone has seen of it before."""
    from lensops.flows.memory import compare_with_memory

    return Seen(target, compare_with_memory(project, target, target.observe()))


def _in_order(manifest: Manifest) -> Iterator[str]:
    predecessors = {name: settings.after for name, settings in manifest.places.items()}
    while predecessors:
        ready = [name for name, first in predecessors.items() if first not in predecessors]
        yield from ready
        predecessors = {n: first for n, first in predecessors.items() if n not in ready}
