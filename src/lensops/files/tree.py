"""A tree of files, read by relative path: a folder here, a git revision in `history`."""

from __future__ import annotations

import os
from pathlib import Path, PurePath, PurePosixPath
from typing import Protocol

from lensops.errors import UserError
from lensops.files.read import read_regular


class OutsideError(UserError):
    """A path that leaves the repository, or leads into git's own folder."""


class Tree(Protocol):
    """Files under a root. Paths are relative, with forward slashes."""

    def read(self, path: str, limit: int) -> bytes:
        """The file's bytes. Raises `FileNotFoundError`, or `UserError` past `limit` bytes."""

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder, sorted; empty when there is no such folder."""

    def folders(self, folder: str) -> list[str]:
        """The names of the folders in a folder, sorted; empty when there is no such folder."""


class LocalTree(Tree, Protocol):
    """A tree whose files lie on disk, below `root`, and never outside of `boundary`."""

    @property
    def root(self) -> Path: ...
    @property
    def boundary(self) -> Path: ...

    def path(self, path: str) -> Path:
        """Where a path lies on disk. Raises `OutsideError` when it leaves the repository."""


class Folder:
    """A folder on disk. Nothing may leave `boundary`, by default the root, or enter `.git`.

    A path may begin with `..` as long as that leads to the boundary or below it.
    """

    def __init__(self, root: Path, boundary: Path | None = None) -> None:
        self.root = root.resolve()
        self.boundary = (boundary or root).resolve()

    def path(self, path: str) -> Path:
        """Where a path lies on disk. Raises `OutsideError` when it leaves the repository."""
        pure, folder = PurePosixPath(path), self.root
        while pure.parts[:1] == ("..",) and folder != self.boundary:
            pure, folder = pure.relative_to(".."), folder.parent
        if pure.is_absolute() or ".." in pure.parts or "\\" in path or "\0" in path:
            raise OutsideError(f"{path!r} is not a path inside the repository")
        full = folder / pure
        followed = resolve_path(full)
        if not followed.is_relative_to(self.boundary):
            raise OutsideError(f"{path!r} is a link that leaves the repository")
        if is_gits_own(followed.relative_to(self.boundary)):
            raise OutsideError(f"{path!r} leads into git's own folder")
        return full

    def read(self, path: str, limit: int) -> bytes:
        full = self.path(path)
        try:
            data = read_regular(full, limit)
        except FileNotFoundError:
            raise
        except OSError as error:
            reason = error.strerror or "unreadable"
            raise UserError(f"cannot read {path}: {reason.lower()}") from None
        if len(data) > limit:
            raise UserError(f"{path} is larger than {limit:,} bytes")
        return data

    def names(self, folder: str) -> list[str]:
        return self._entries(folder, files=True)

    def folders(self, folder: str) -> list[str]:
        return self._entries(folder, files=False)

    def _entries(self, folder: str, *, files: bool) -> list[str]:
        try:
            with os.scandir(self.path(folder)) as entries:
                return sorted(entry.name for entry in entries if _leads_to(entry, files=files))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            reason = (error.strerror or "unreadable").lower()
            raise UserError(f"cannot read {folder or 'the folder'}: {reason}") from None


def _leads_to(entry: os.DirEntry[str], *, files: bool) -> bool:
    """Whether an entry is a file, or a folder, links followed."""
    try:
        return entry.is_file() if files else entry.is_dir()
    except OSError:  # a link in a circle
        return False


def resolve_path(path: Path) -> Path:
    """Where a path leads to. Raises `OutsideError` for links in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # the latter before Python 3.13
        raise OutsideError(f"{path.name!r} is a link in a circle") from None


def is_gits_own(path: PurePath) -> bool:
    """Whether a path leads into a `.git`, which holds settings, hooks and what lets one in."""
    return any(part.casefold() == ".git" for part in path.parts)
