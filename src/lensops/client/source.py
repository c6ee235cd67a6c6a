"""What a source of releases is, and the source that is a folder."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Protocol

from lensops.client.errors import Unreadable

CURRENT = "current.json"
MAX_BYTES = 256_000_000  # what lensops itself reads of a target
SETTLED = 2.0  # seconds after which a file's time stamp tells two writings apart everywhere


class Source(Protocol):
    """Where `current.json` is read from."""

    @property
    def where(self) -> str:
        """The place in words, without secrets."""

    @property
    def hint(self) -> str:
        """What to do when nothing can be read there."""

    def changed(self) -> bytes | None:
        """The bytes, or None when they are what `accept` was last called for.

        Raises `OSError` or `Unreadable`.
        """

    def accept(self) -> None:
        """What was given last is a sound release: it need not be given again."""


class FolderSource:
    """The folder of a directory target: one `stat` tells whether anything changed."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        folder = Path(os.path.abspath(path))  # noqa: PTH100  # links stay: mounts swap them
        self._file = folder / CURRENT
        self._given: tuple[int, ...] | None = None
        self._accepted: tuple[int, ...] | None = None
        self.where = str(folder)
        self.hint = "run `lensops apply` for the target that has this directory, or mend the path"

    def changed(self) -> bytes | None:
        if self._accepted is not None and _signature(self._file.stat()) == self._accepted:
            return None
        with self._file.open("rb") as stream:
            found = os.fstat(stream.fileno())
            if found.st_size > MAX_BYTES:
                raise Unreadable(f"{CURRENT} is larger than {MAX_BYTES:,} bytes")
            data = stream.read(MAX_BYTES + 1)
        fresh = abs(time.time() - found.st_mtime) < SETTLED
        self._given = None if fresh else _signature(found)
        return data

    def accept(self) -> None:
        self._accepted = self._given


def _signature(found: os.stat_result) -> tuple[int, ...]:
    """What differs between two files that were put at one path, one after the other."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
