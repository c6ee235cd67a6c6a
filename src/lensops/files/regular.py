"""Regular files: opened without waiting, where a pipe or a device would block or never end."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

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
