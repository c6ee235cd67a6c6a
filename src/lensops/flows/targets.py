"""The targets of a project: chosen by name, put in order, opened and observed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lensops.errors import UserError
from lensops.flows.project import Opened
from lensops.manifest import Manifest, suggestion
from lensops.targets import Observed, Target, open_target


@dataclass(frozen=True, slots=True)
class Seen:
    """A target and what it was observed to serve."""

    target: Target
    observed: Observed


def chosen(manifest: Manifest, name: str | None) -> tuple[str, ...]:
    """One target by name, or all of them, each after the target that its `after:` names.

    Raises `UserError` when there is no such target.
    """
    if name is None:
        return tuple(_ordered(manifest))
    if name not in manifest.places:
        near = suggestion(name, manifest.places)
        known = "targets: " + ", ".join(manifest.places)
        raise UserError(f"there is no target {name!r}", f"{near} {known}" if near else known)
    return (name,)


def target(project: Opened, name: str) -> Target:
    """A target that the manifest names. Raises `UserError` when its place cannot be meant."""
    return open_target(name, project.manifest.places[name], project.tree)


def observed(project: Opened, names: tuple[str, ...]) -> dict[str, Seen]:
    """What targets serve. Raises `RemoteFailed` when one cannot be reached."""
    targets = {name: target(project, name) for name in names}
    return {name: Seen(target, target.observe()) for name, target in targets.items()}


def _ordered(manifest: Manifest) -> Iterator[str]:
    waiting = {name: settings.after for name, settings in manifest.places.items()}
    while waiting:
        ready = [name for name, after in waiting.items() if after not in waiting]
        yield from ready
        waiting = _without(waiting, ready)


def _without(waiting: Mapping[str, str | None], ready: list[str]) -> dict[str, str | None]:
    return {name: after for name, after in waiting.items() if name not in ready}
