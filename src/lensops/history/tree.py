"""The files of a commit, read like a folder: no checkout, nothing written."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

from lensops.errors import UserError


class Objects(Protocol):
    """What a tree needs of a repository."""

    def blob(self, name: str) -> bytes | None: ...
    def run(self, *arguments: str) -> str: ...


class RevisionTree:
    """Implements `files.Tree` over a commit; `prefix` is the folder that paths are relative to."""

    def __init__(self, objects: Objects, commit: str, prefix: str = "") -> None:
        self._objects, self.commit = objects, commit
        self._prefix = f"{prefix}/" if prefix else ""

    def read(self, path: str, limit: int) -> bytes:
        data = self._objects.blob(f"{self.commit}:{self._prefix}{path}")
        if data is None:
            raise FileNotFoundError(path)
        if len(data) > limit:
            raise UserError(f"{path} is larger than {limit:,} bytes")
        return data

    def names(self, folder: str) -> list[str]:
        return self._entries(folder, files=True)

    def folders(self, folder: str) -> list[str]:
        return self._entries(folder, files=False)

    def _entries(self, folder: str, *, files: bool) -> list[str]:
        start = f"{folder}/" if folder else ""
        below = [path[len(start) :] for path in self._paths if path.startswith(start)]
        if files:
            return sorted(name for name in below if "/" not in name)
        return sorted({name.split("/")[0] for name in below if "/" in name})

    @cached_property
    def _paths(self) -> list[str]:
        """Every file below the prefix: one git process a tree."""
        scope = ["--", self._prefix] if self._prefix else []
        out = self._objects.run(
            "ls-tree", "-r", "-z", "--name-only", "--full-tree", self.commit, *scope
        )
        return [path.removeprefix(self._prefix) for path in out.split("\0") if path]
