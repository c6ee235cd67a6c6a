"""stdout and stderr of the process: a reader that leaves early is no error, a full disk is one."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from lensops.errors import RemoteFailed

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class OutputFailed(RemoteFailed):
    """What a command prints could not be written, as on a full disk."""


class _Descriptor(io.FileIO):
    """A file descriptor that swallows what is written after its reader has gone.

    It fails once: what is written after a failure, as at the end of the process, is dropped.
    """

    _failed = False

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            pass
        except OSError as error:
            if not self._failed:
                self._failed = True
                raise OutputFailed(f"cannot write the output: {error.strerror}") from None
        return memoryview(data).nbytes


def install() -> None:
    """Replace `sys.stdout` and `sys.stderr`, closed ones included, for the rest of the process.

    `lensops gate | head -1` then ends with the exit code of the gate.
    """
    sys.stdout = _tolerant(sys.stdout)
    sys.stderr = _tolerant(sys.stderr)


def _tolerant(stream: TextIO | None) -> TextIO:
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123  # as long as Python
    buffer = stream.buffer
    if not isinstance(getattr(buffer, "raw", buffer), io.FileIO):
        return stream  # a console of Windows, or what a caller put there
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Descriptor(stream.fileno(), "wb", closefd=False)),
        encoding="utf-8",  # in each locale: a report has signs, and JSON is UTF-8
        errors="backslashreplace",
        line_buffering=bool(stream.line_buffering),
    )
