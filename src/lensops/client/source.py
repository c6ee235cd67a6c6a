"""What a source of releases is, and the source that reads a folder."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import Protocol

from lensops.client.errors import Unreadable

CURRENT = "current.json"
MAX_BYTES = 32_000_000  # what lensops itself reads and writes of a release
SETTLED = 2.0  # seconds after which time stamps tell two writes apart on every file system


class Source(Protocol):
    """Where `current.json` is read from."""

    @property
    def where(self) -> str:
        """The location as text, without secrets."""

    @property
    def hint(self) -> str:
        """What to do when nothing can be read there."""

    def read_changes(self) -> bytes | None:
        """The bytes, or None when they are those that `accept` was last called for.

        Raises `OSError` or `Unreadable`.
        """

    def accept(self) -> None:
        """The bytes read last are a valid release: they need not be returned again."""


class FolderSource:
    """The folder of a directory target: one `stat` shows whether anything changed."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        folder = Path(os.path.abspath(path))  # noqa: PTH100  # links stay: mounts swap them
        self._file = folder / CURRENT
        self._last_read: tuple[int, ...] | None = None
        self._accepted: tuple[int, ...] | None = None
        self.where = str(folder)
        self.hint = (
            "run `lensops apply` for the target that has this directory, or correct the path"
        )

    def read_changes(self) -> bytes | None:
        if self._accepted is not None and _signature(self._file.stat()) == self._accepted:
            return None
        data, status = read_regular(self._file)
        fresh = abs(time.time() - status.st_mtime) < SETTLED
        self._last_read = None if fresh else _signature(status)
        return data

    def accept(self) -> None:
        self._accepted = self._last_read


def read_regular(path: Path) -> tuple[bytes, os.stat_result]:
    """A file's bytes with its status. Raises `OSError`, and `Unreadable` for what is no file.

    It never waits: a pipe that nobody writes to is opened, recognised and left.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    with os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable(f"{path.name} is not a regular file")
        if status.st_size > MAX_BYTES:
            raise Unreadable(f"{path.name} is larger than {MAX_BYTES:,} bytes")
        return stream.read(status.st_size), status


def _signature(status: os.stat_result) -> tuple[int, ...]:
    """What differs between two files that lay at the same path, one after the other."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
