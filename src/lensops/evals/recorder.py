"""Recorder: append finished replies to a recordings file, whole lines, one writer at a time."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from lensops.errors import UserError
from lensops.evals.protocols import AnswerReply, GradeReply
from lensops.evals.recorded import lines_of
from lensops.evals.shards import label_of
from lensops.files import check_destination

_BLOCK = 1 << 16


def append(path: Path, replies: Sequence[AnswerReply | GradeReply]) -> None:
    """Add replies as lines, at once and synced to disk: what was appended survives a crash.

    Writers exclude each other by a lock on the file where the system has one. A torn last line
    that a crash left is cut off first. Raises `UserError` when the file cannot be written, or is a
    link that leads away from the recordings.
    """
    if not replies:
        return
    time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    data = lines_of(replies, time, label_of(path.name))
    try:
        check_destination(path).parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            with _file_lock(descriptor):
                _repair(descriptor)
                _write(descriptor, data)
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UserError(f"cannot write {path.name}: {reason}") from None


@contextlib.contextmanager
def _file_lock(descriptor: int) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # Windows: appends of one write are whole, and recorders there are rare
        yield
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _repair(descriptor: int) -> None:
    """See that the file ends with a line end: complete a whole last row, cut a torn one off."""
    size = os.fstat(descriptor).st_size
    start = _last_line(descriptor, size)
    if start == size:
        return
    torn = _read_at(descriptor, start, size - start)
    try:
        json.loads(torn)
    except ValueError:
        os.ftruncate(descriptor, start)
    else:
        _write(descriptor, b"\n")


def _last_line(descriptor: int, size: int) -> int:
    """Where the text after the last line end begins: `size` when the file ends with one."""
    end = size
    while end > 0:
        start = max(0, end - _BLOCK)
        place = _read_at(descriptor, start, end - start).rfind(b"\n")
        if place >= 0:
            return start + place + 1
        end = start
    return 0


def _read_at(descriptor: int, start: int, length: int) -> bytes:
    os.lseek(descriptor, start, os.SEEK_SET)
    data = b""
    while len(data) < length and (block := os.read(descriptor, length - len(data))):
        data += block
    return data
