"""The files that an import reads: the one that is named, and those that it refers to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from lensops.errors import Invalid, Location, Problem, UserError
from lensops.files import Folder, decode
from lensops.manifest import Node, read_yaml
from lensops.prompts.forms.chat import as_yaml

MAX_BYTES = 50_000_000  # results of other tools are large
YAML_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """A file below a folder; what it refers to must not leave the folder's repository."""

    tree: Folder
    path: str  # from the folder

    @classmethod
    def open(cls, path: Path) -> Source:
        """The source at a path. Raises `UserError` when there is none."""
        full = path.resolve()
        if not full.exists():
            raise UserError(f"there is no file {path}", "name the file that another tool wrote")
        folder = full if full.is_dir() else full.parent
        around = (folder, *folder.parents)
        boundary = next((parent for parent in around if (parent / ".git").exists()), folder)
        return cls(Folder(boundary, boundary), full.relative_to(boundary).as_posix())

    @property
    def stem(self) -> str:
        """The file's name without its endings."""
        return PurePosixPath(self.path).name.partition(".")[0]

    @property
    def is_folder(self) -> bool:
        return self.tree.path(self.path).is_dir()

    def beside(self, name: str) -> Source:
        """A file that this one refers to, relative to its folder. Raises `UserError`."""
        parts: list[str] = []
        folder = PurePosixPath(self.path) if self.is_folder else PurePosixPath(self.path).parent
        for part in (*folder.parts, *PurePosixPath(name).parts):
            if part == "..":
                if not parts:
                    raise UserError(f"{name!r} leaves the repository")
                parts.pop()
            elif part != ".":
                parts.append(part)
        return Source(self.tree, "/".join(parts))

    def matching(self, name: str) -> list[Source]:
        """The files that a name beside this one stands for: one, or those of a pattern.

        Raises `UserError` for a pattern that nothing fits.
        """
        pattern = self.beside(name)
        pure = PurePosixPath(pattern.path)
        if "*" not in pure.name:
            return [pattern]
        folder = "" if str(pure.parent) == "." else str(pure.parent)
        names = [n for n in self.tree.names(folder) if fnmatchcase(n, pure.name)]
        if not names:
            raise UserError(f"no file is named like {pattern.path}")
        return [Source(self.tree, str(pure.parent / n)) for n in names]

    def read(self) -> bytes:
        """Raises `UserError` when it cannot be read."""
        try:
            return self.tree.read(self.path, MAX_BYTES)
        except FileNotFoundError:
            raise UserError(f"there is no file {self.path}") from None

    def text(self) -> str:
        """Raises `UserError` when it is no text."""
        return decode(self.read(), self.path).removeprefix("\ufeff").replace("\r\n", "\n")

    def node(self) -> Node:
        """The YAML or JSON document, with lines where it is small. Raises `Invalid`."""
        data = self.read()
        if self.path.endswith(".json"):
            return json_node(data, self.path)
        return read_yaml(data, self.path)


def json_node(data: bytes, path: str) -> Node:
    """A JSON document as nodes: with lines and columns up to a megabyte. Raises `Invalid`."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        location = Location(path, line, getattr(error, "colno", None))
        raise Invalid((Problem(location, f"not JSON: {error}"),)) from None
    if len(data) <= YAML_BYTES:
        try:
            return read_yaml(as_yaml(data), path)
        except Invalid:  # more values than YAML may have
            pass
    return _without_lines(value, Location(path))


def relocate(node: Node, line: int) -> Node:
    """The nodes of one line of a file, with the line that it has there."""
    if node.kind == "mapping":
        pairs = tuple((relocate(key, line), relocate(value, line)) for key, value in node.value)
        value: Any = pairs
    else:
        items = node.value if node.kind == "sequence" else ()
        value = tuple(relocate(item, line) for item in items) or node.value
    return node._replace(value=value, location=node.location._replace(line=line))


def _without_lines(value: Any, location: Location) -> Node:
    if isinstance(value, dict):
        pairs = tuple(
            (Node("scalar", key, location, 0, 0), _without_lines(item, location))
            for key, item in value.items()
        )
        return Node("mapping", pairs, location, 0, 0)
    if isinstance(value, list):
        items = tuple(_without_lines(item, location) for item in value)
        return Node("sequence", items, location, 0, 0)
    return Node("scalar", value, location, 0, 0)
