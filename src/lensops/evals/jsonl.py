"""JSON lines: read one object a line within limits, every fault with its line and column."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

from lensops.errors import Location, Problem, UserError
from lensops.files import Folder, Tree

MAX_LINE = 10_000_000
MAX_FILE = 2_000_000_000  # of a file in a git revision, which is read at once
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a file, with its line for messages."""

    path: str
    line: int
    value: dict[str, Any]
    raw: str
    torn: bool = False  # the line has no line end: the last one, perhaps cut short

    def location(self, field: str | None = None) -> Location:
        """Where the row, or a field of it, stands."""
        match = re.search(rf'"{re.escape(field)}"\s*:', self.raw) if field else None
        return Location(self.path, self.line, match.start() + 1 if match else None)

    def problem(self, message: str, field: str | None = None, hint: str | None = None) -> Problem:
        """What is wrong with the row, or with a field of it."""
        return Problem(self.location(field), f"{field}: {message}" if field else message, hint)


def open_lines(tree: Tree, path: str) -> BinaryIO:
    """A file as a stream: from disk without reading it whole. Raises `UserError`."""
    try:
        if isinstance(tree, Folder):
            return tree.path(path).open("rb")
        return io.BytesIO(tree.read(path, MAX_FILE))
    except FileNotFoundError:
        raise UserError(f"there is no file {path}") from None
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise UserError(f"cannot read {path}: {reason}") from None


def rows(stream: BinaryIO, path: str) -> Iterator[Row | Problem]:
    """Each line as an object, or what is wrong with it. Blank lines are passed over.

    A line longer than `MAX_LINE` bytes is never held whole: it is one problem and is skipped.
    """
    number = 0
    while data := stream.readline(MAX_LINE + 1):
        number += 1
        if len(data) > MAX_LINE:
            _skip_line(stream, data)
            message = f"the line is longer than {MAX_LINE:,} bytes"
            yield Problem(Location(path, number), message, "one case a line; is this file JSONL?")
        elif number == 1 and data.startswith(_BOM):
            yield from _parsed(data[len(_BOM) :], path, number)
        else:
            yield from _parsed(data, path, number)


def _skip_line(stream: BinaryIO, data: bytes) -> None:
    while data and not data.endswith(b"\n"):
        data = stream.readline(1 << 20)


def _parsed(data: bytes, path: str, number: int) -> Iterator[Row | Problem]:
    if not data.strip():
        return
    try:
        text = data.decode("utf-8")
        value = json.loads(text, **_STRICT)
        if "\\u" in text or "\\U" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        yield Problem(Location(path, number, error.start + 1), message, "save the file as UTF-8")
    except json.JSONDecodeError as error:
        yield Problem(Location(path, number, error.colno), f"not JSON: {error.msg.lower()}")
    except UnicodeEncodeError:
        yield Problem(Location(path, number), r"half of a surrogate pair, such as \ud83d alone")
    except RecursionError:
        yield Problem(Location(path, number), "nested too deeply")
    except ValueError as error:  # NaN, infinity, a key twice, a number of thousands of digits
        yield Problem(Location(path, number), str(error).split(";")[0])
    else:
        if isinstance(value, dict):
            yield Row(path, number, value, text, not data.endswith(b"\n"))
        else:
            yield Problem(Location(path, number, 1), "a line must be a JSON object")


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _float(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text[:20]} is too large for a number")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} is there twice")
    return made


_STRICT: dict[str, Any] = {
    "parse_constant": _constant,
    "parse_float": _float,
    "object_pairs_hook": _object,
}
