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
IGNORE = ".lensops/.gitignore"  # what the local targets serve is no source


@dataclass(frozen=True, slots=True)
class Started:
    """The files that were written, and those that were there already and stayed as they were."""

    manifest: str
    written: tuple[str, ...]
    kept: tuple[str, ...]


def init(folder: Path, *, github: bool = False) -> Started:
    """Write the starter project's files that are missing.

    A folder that has a manifest keeps its own project: it gets the schema and, with `github`, the
    workflow. Raises `UserError` when the folder cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file", "name a folder")
    own = next((name for name in NAMES if (folder / name).exists()), None)
    wanted = dict(_tooling(github)) if own else dict(_starter()) | dict(_tooling(github))
    folder.mkdir(parents=True, exist_ok=True)
    tree = Folder(folder)
    written = {name for name, data in wanted.items() if create_exclusive(tree.path(name), data)}
    kept = {name for name in wanted if name not in written} | ({own} if own else set())
    return Started(own or NAMES[0], tuple(sorted(written)), tuple(sorted(kept)))


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
