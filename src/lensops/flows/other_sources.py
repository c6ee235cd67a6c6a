"""A second source of truth: an `active.json` beside prompts that disagrees with the manifest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lensops.errors import Location, Problem, UserError
from lensops.prompts import declared_prompts

if TYPE_CHECKING:
    from lensops.files import Snapshot
    from lensops.flows.project import ManifestReading

ACTIVE = "active.json"
_MAX_BYTES = 1_000_000


def disagreeing_files(reading: ManifestReading, tree: Snapshot) -> Iterator[Problem]:
    """A note for each `active.json` that names another version of a prompt than the manifest."""
    for prompt in declared_prompts(reading.node):
        if prompt.files.name not in reading.active:
            continue
        folder = "" if prompt.files.folder == "." else f"{prompt.files.folder}/"
        if ACTIVE not in tree.names(folder.rstrip("/")):
            continue
        version = _named_version(tree, folder + ACTIVE)
        if version is not None and version != prompt.version:
            message = f"names {version} of {prompt.files.name}, the manifest {prompt.version}"
            hint = "remove the file: the manifest says which version is active"
            yield Problem(Location(folder + ACTIVE), message, hint)


def _named_version(tree: Snapshot, path: str) -> str | None:
    from lensops.interchange.json_pair import active_version
    from lensops.interchange.source import json_node

    try:
        return active_version(tree.parse(path, _MAX_BYTES, json_node))
    except (UserError, FileNotFoundError):
        return None
