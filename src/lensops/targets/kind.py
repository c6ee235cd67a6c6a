"""What a kind of target is: its settings checked without a network, and opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

from lensops.errors import UserError

if TYPE_CHECKING:
    from lensops.files import LocalTree
    from lensops.manifest import Manifest
    from lensops.manifest import Target as Settings
    from lensops.targets.target import Target

# kind (see `manifest.model.KEYS_OF_KIND`): the file that holds its KIND; loaded when it is used
KINDS: dict[str, str] = {
    "directory": "lensops.targets.directory",
    "git": "lensops.targets.branch",
}


class TargetKind(NamedTuple):
    """One way to keep releases.

    `open` may raise `UserError` when the settings cannot be meant. `problem` finds what is wrong
    with them without asking a network. `identity` tells locations apart: a location lies in
    another when its identity begins with the other's. `example` are settings that open in any
    work tree whose remote is `origin`: the laws of targets run on them.
    """

    open: Callable[[str, Settings, LocalTree], Target]
    problem: Callable[[Settings, LocalTree, Manifest], UserError | None]
    identity: Callable[[Settings, LocalTree], tuple[str, ...]]
    example: Mapping[str, str]


@cache
def kind_of(name: str) -> TargetKind:
    """The kind of this name."""
    return cast("TargetKind", import_module(KINDS[name]).KIND)


def open_target(name: str, settings: Settings, folder: LocalTree) -> Target:
    """The target of an entry of the manifest that lies in `folder`.

    Raises `UserError` when its path or its remote cannot be meant.
    """
    return kind_of(settings.kind).open(name, settings, folder)


def target_problems(manifest: Manifest, folder: LocalTree) -> Iterator[tuple[str, UserError]]:
    """What is wrong with targets, by name: impossible settings, and two at one location."""
    identities: dict[str, tuple[str, ...]] = {}
    for name, settings in manifest.targets.items():
        kind = kind_of(settings.kind)
        if problem := kind.problem(settings, folder, manifest):
            yield name, problem
            continue
        identity = (settings.kind, *kind.identity(settings, folder))
        for other, location in identities.items():
            if problem := _overlap(name, identity, other, location):
                yield name, problem
                break
        identities[name] = identity


def _overlap(
    name: str, identity: tuple[str, ...], other: str, location: tuple[str, ...]
) -> UserError | None:
    """Two targets in one location would take each other's log for their own."""
    shared = min(len(identity), len(location))
    if identity[:shared] != location[:shared]:
        return None
    how = "is the same location as" if len(identity) == len(location) else "overlaps with"
    return UserError(f"target {name!r} {how} target {other!r}", "give each a location of its own")
