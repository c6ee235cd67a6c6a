"""Init: a working project in an empty or existing folder; no file is ever overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from lensops.errors import UserError
from lensops.files import Folder, create_exclusive
from lensops.manifest import NAMES
from lensops.manifest.schema import schema_text

WORKFLOW = ".github/workflows/lensops.yml"
RESULTS = "eval_results/.gitignore"
SCHEMA = ".lensops/schema.json"
IGNORE = ".lensops/.gitignore"  # what local targets serve is not source


@dataclass(frozen=True, slots=True)
class StarterFiles:
    """The files that were written, and those that were there already and stayed as they were."""

    manifest: str
    written: tuple[str, ...]
    existing: tuple[str, ...]


def init(folder: Path, *, github: bool = False) -> StarterFiles:
    """Write the starter project's files that are missing.

    A folder that has a manifest keeps its own project: it gets the schema and, with `github`, the
    workflow. Raises `UserError` when the folder cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file", "name a folder")
    manifest = next((name for name in NAMES if (folder / name).exists()), None)
    contents = dict(_tooling(github)) if manifest else dict(_starter()) | dict(_tooling(github))
    folder.mkdir(parents=True, exist_ok=True)
    tree = Folder(folder)
    written = {name for name, data in contents.items() if create_exclusive(tree.path(name), data)}
    existing = {name for name in contents if name not in written} | (
        {manifest} if manifest else set()
    )
    return StarterFiles(manifest or NAMES[0], tuple(sorted(written)), tuple(sorted(existing)))


def _starter() -> Iterator[tuple[str, bytes]]:
    root = files("lensops.flows") / "starter"
    for name, file in _walk(root, ""):
        yield name, file.read_bytes()


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry


def _tooling(github: bool) -> Iterator[tuple[str, bytes]]:
    yield IGNORE, b"live/\n"
    yield RESULTS, b"# remove this file to keep results in git\n*\n"
    yield SCHEMA, schema_text().encode()
    if github:
        from lensops.flows.workflow import workflow

        yield WORKFLOW, workflow().encode()
