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
        return sorted(self._entries[0].get(folder, ()))

    def folders(self, folder: str) -> list[str]:
        return sorted(self._entries[1].get(folder, ()))

    @cached_property
    def _entries(self) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """The names of files, and those of folders, by the folder that they are in."""
        files: dict[str, set[str]] = {}
        folders: dict[str, set[str]] = {}
        for path in self._paths():
            folder, _, name = path.rpartition("/")
            files.setdefault(folder, set()).add(name)
        for folder in files:
            while folder:
                above, _, name = folder.rpartition("/")
                folders.setdefault(above, set()).add(name)
                folder = above
        return files, folders

    def _paths(self) -> list[str]:
        """Every file below the prefix: one git process a tree."""
        scope = ["--", self._prefix] if self._prefix else []
        out = self._objects.run(
            "ls-tree", "-r", "-z", "--name-only", "--full-tree", self.commit, *scope
        )
        return [path.removeprefix(self._prefix) for path in out.split("\0") if path]
