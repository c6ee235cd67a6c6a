"""Lines of a file: one after the other within limits, with digests of all that was read."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from lensops.errors import UserError
from lensops.files import Folder, Snapshot, Tree, open_regular, refuse_pointer

MAX_LINE = 10_000_000
MAX_FILE = 2_000_000_000  # of a file in a git revision, which is read at once
LARGE = 8_000_000  # bytes beyond which a file of the work tree is not held in memory
_BOM = b"\xef\xbb\xbf"
_PIECE = 1 << 20  # bytes of a line too long that are read at once


class NoFile(UserError):
    """There is no file of that name."""


class Line(NamedTuple):
    """A line with its number, from 1, and the place of its first byte."""

    number: int
    start: int
    data: bytes  # without a byte order mark; one byte too long where the line is


class LineReader:
    """Lines of a stream, each at most a byte longer than `MAX_LINE`; the rest of one is skipped."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._whole = self._lines = hashlib.sha256()  # one, as long as they are of the same bytes

    def __iter__(self) -> Iterator[Line]:
        number = start = 0
        while data := self._stream.readline(MAX_LINE + 1):
            number += 1
            self._take(data)
            mark = len(_BOM) if number == 1 and data.startswith(_BOM) else 0
            yield Line(number, start + mark, data[mark:])
            start += len(data)
            while len(data) > MAX_LINE and not data.endswith(b"\n"):
                rest = self._stream.readline(_PIECE)
                if not rest:
                    break
                self._take(rest)
                start += len(rest)
                data += rest[-1:]

    def _take(self, data: bytes) -> None:
        is_plain = data == data.strip() + b"\n" and b"\r" not in data
        if is_plain and self._lines is self._whole:
            self._whole.update(data)
            return
        if self._lines is self._whole:
            self._lines = self._whole.copy()
        self._whole.update(data)
        for line in data.splitlines():
            if stripped := line.strip():
                self._lines.update(stripped + b"\n")

    def record(self, tree: Tree, path: str) -> str:
        """The digest (hex) of the lines, which the snapshot knows then, and that of all bytes.

        Raises `Stale` when other bytes of the file were used before.
        """
        digest = self._lines.hexdigest()
        if isinstance(tree, Snapshot):
            tree.record(path, self._whole.hexdigest())
            tree.keep(path, digest_lines, digest)
        return digest


def digest_lines(tree: Tree, path: str) -> str:
    """The digest (hex) of a file's lines, to be called by `Snapshot.derive`.

    Line ends, blank lines and what surrounds a line do not count. Raises `UserError`.
    """
    _, stream = open_stream(tree, path)
    with stream:
        reader = LineReader(stream)
        for _ in reader:
            pass
    return reader.record(tree, path)


def open_stream(tree: Tree, path: str) -> tuple[bool, BinaryIO]:
    """Whether a file is held in memory, and its stream. Raises `UserError`."""
    try:
        if isinstance(tree, Folder) or (isinstance(tree, Snapshot) and tree.is_local):
            full = tree.path(path)
            if full.is_file() and full.stat().st_size > LARGE:
                return False, open_regular(full)
        data = tree.read(path, MAX_FILE)
        refuse_pointer(data, path)
        return True, io.BytesIO(data)
    except FileNotFoundError:
        raise NoFile(f"there is no file {path}") from None
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise UserError(f"cannot read {path}: {reason}") from None
