"""Blobs by their names, over one `git cat-file --batch` that lasts as long as the repository."""

from __future__ import annotations

import contextlib
from typing import Any

from lensops.errors import UserError


class Blobs:
    """Asks a running `cat-file --batch`; GitPython's own reader knows no ids of SHA-256."""

    def __init__(self, process: Any) -> None:
        self._process = process

    def read(self, name: str) -> bytes | None:
        """The bytes of an id or `commit:path`; None when it is absent, or no blob.

        Raises `UserError` when git ends, as it does where a blob cannot be fetched.
        """
        if "\n" in name:
            return None
        process = self._process
        with contextlib.suppress(BrokenPipeError):  # what it said is told below
            process.stdin.write(f"{name}\n".encode("utf-8", "surrogateescape"))
            process.stdin.flush()
        head: bytes = process.stdout.readline()
        if not head:
            words = process.stderr.read().decode("utf-8", "replace").strip()
            raise UserError(f"git cat-file failed: {words.removeprefix('fatal: ')}")
        *_, kind, size = head.split()  # a missing one ends with a word
        if not size.isdigit():
            return None
        data: bytes = process.stdout.read(int(size) + 1)[:-1]
        return data if kind == b"blob" else None

    def close(self) -> None:
        end(self._process)


def end(process: Any) -> None:
    """End a process of git, whatever it is at."""
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):  # it ended before it read all
                stream.close()
    process.proc.kill()
    process.proc.wait()
