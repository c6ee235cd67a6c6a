"""The folder of a directory target: many small files, in a place where anything may lie."""

from __future__ import annotations

import os
import stat
from functools import cache

from lensops.errors import UserError
from lensops.files import Folder

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe without a writer must not wait


class TargetFolder(Folder):
    """A `Folder` whose subfolders are resolved once, and which opens regular files alone."""

    def read(self, path: str, limit: int) -> bytes:
        folder, _, name = path.rpartition("/")
        file = f"{_resolve(self, folder)}/{name}"
        try:
            return _read_regular(file, path, limit, _FLAGS | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise
        except OSError as error:
            if not os.path.islink(file):  # noqa: PTH114  # a string, as it is for each of thousands
                reason = (error.strerror or "unreadable").lower()
                raise UserError(f"cannot read {path}: {reason}") from None
        return _read_regular(str(self.path(path)), path, limit, _FLAGS)


def _read_regular(file: str, path: str, limit: int, flags: int) -> bytes:
    descriptor = os.open(file, flags)
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise UserError(f"{path} is not a regular file")
        if about.st_size > limit:
            raise UserError(f"{path} is larger than {limit:,} bytes")
        return _read_all(descriptor, about.st_size)
    finally:
        os.close(descriptor)


def _read_all(descriptor: int, size: int) -> bytes:
    """The file's bytes; of one that grows meanwhile, as many as it had."""
    parts: list[bytes] = []
    while size > 0 and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


@cache
def _resolve(tree: Folder, folder: str) -> str:
    return str(tree.path(folder))
