"""Files read: regular ones alone, as UTF-8 text, and pointers of large files told apart."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from io import BufferedReader
from pathlib import Path

from lensops.errors import Invalid, Location, Problem, UserError

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe without a writer opens at once
)


def open_regular(path: Path) -> BufferedReader:
    """A file open for reading. Raises `OSError`, also for a folder, a pipe or a device."""
    descriptor = os.open(path, _FLAGS)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    raise OSError(errno.EINVAL, "it is not a regular file")


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of a file, or one byte more than `limit` of one that has more. Raises `OSError`.

    Python sets as many bytes aside as are asked for, so no more are asked for than there are.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(min(size, limit) + 1)
        if size < len(data) <= limit:  # it grows meanwhile
            data += file.read(limit + 1 - len(data))
    return data


BOM = "\ufeff"
_OURS = "<<<<<<< "
_EDIT_BLOCKS = ("<<<<<<< SEARCH", "<<<<<<< ORIGINAL")


def decode(data: bytes, path: str) -> str:
    """Text of UTF-8 bytes, line ends and byte order mark as they are.

    Raises `Invalid` with the place of the first byte that is not UTF-8, or of a conflict that a
    merge left.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        preceding = data[: error.start]
        line = preceding.count(b"\n") + 1
        column = error.start - (preceding.rfind(b"\n") + 1) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        hint = "save the file as UTF-8"
        raise Invalid((Problem(Location(path, line, column), message, hint),)) from None
    if conflict := conflict_line(text):
        hint = "solve it, then `git add` it; indent one that is an example"
        where = Location(path, conflict, 1)
        raise Invalid((Problem(where, "a merge left a conflict here", hint),))
    return text


def conflict_line(text: str) -> int | None:
    """The line, from 1, where a conflict begins that a merge left; None where there is none.

    The blocks in which coding agents answer begin alike (`<<<<<<< SEARCH`): they are text.
    """
    start, divided = 0, False
    for number, line in enumerate(text.split("\n") if _OURS in text else (), 1):
        if line.startswith(_OURS):
            start, divided = 0 if line.startswith(_EDIT_BLOCKS) else number, False
        elif line.rstrip("\r") == "=======":
            divided = bool(start)
        elif divided and line.startswith(">>>>>>> "):
            return start
    return None


_LONGEST = 1_024  # bytes, by the format's specification
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*"
    rb"oid sha256:([0-9a-f]{64})\nsize \d+\n?"
)


def pointer_oid(data: bytes) -> str | None:
    """The SHA-256 (hex) of the file that a pointer stands for; None of what is no pointer."""
    match = _POINTER.fullmatch(data) if len(data) <= _LONGEST else None
    return match[1].decode() if match else None


def refuse_pointer(data: bytes, path: str) -> None:
    """Raises `UserError` where a pointer stands for a file whose content is needed."""
    if oid := pointer_oid(data):
        message = f"{path} is a pointer of Git LFS to sha256:{oid}, which is not here"
        hint = "`git lfs pull` gets it; that of a base, `git lfs fetch origin <branch>`"
        raise UserError(message, hint)


def content_digest(data: bytes) -> str:
    """The SHA-256 (hex) of a revision's file; of a pointer, that of the file it stands for."""
    return pointer_oid(data) or hashlib.sha256(data).hexdigest()
