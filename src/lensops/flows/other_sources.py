"""A second source of truth: an `active.json` beside prompts that disagrees with the manifest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lensops.errors import Location, Problem, UserError
from lensops.prompts import PromptFiles, declared_prompts

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
        for path, version in _named_versions(tree, prompt.files):
            if version is not None and version != prompt.version:
                message = f"names {version} of {prompt.files.name}, the manifest {prompt.version}"
                hint = "remove the file: the manifest says which version is active"
                yield Problem(Location(path), message, hint)


def _named_versions(tree: Snapshot, files: PromptFiles) -> Iterator[tuple[str, str | None]]:
    """What an `active.json` beside the versions, or beside their folder, says of a prompt."""
    own = PurePosixPath(files.folder)
    for folder in dict.fromkeys((own, own.parent)):
        if ACTIVE in tree.names("" if str(folder) == "." else folder.as_posix()):
            path = (folder / ACTIVE).as_posix()
            yield from _versions_in(tree, path, files.name, is_own=folder == own)


def _versions_in(
    tree: Snapshot, path: str, prompt: str, *, is_own: bool
) -> Iterator[tuple[str, str | None]]:
    """What one file says of a prompt, under its name or, beside its versions, without one."""
    from lensops.interchange.json_pair import active_version, active_versions  # hardly any has one
    from lensops.interchange.source import json_node
    from lensops.interchange.templates import slug

    try:
        node = tree.parse(path, _MAX_BYTES, json_node)
    except (UserError, FileNotFoundError):
        return
    several = {slug(name): version for name, version in active_versions(node).items()}
    if prompt in several:
        yield path, several[prompt]
    elif is_own:
        yield path, active_version(node)
