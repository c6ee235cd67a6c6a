"""JSON lines: read one object a line within limits, every fault with its line and column."""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import weakref
from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

from pydantic_core import from_json

from lensops.errors import Location, Problem, Stale
from lensops.evals.lines import MAX_LINE, Line, LineReader, open_stream
from lensops.files import Tree

MAX_DEPTH = 200  # levels of lists and objects
LINE_ENDS = ("\n", "", "\r\n")
_AS_LINES = "write one JSON object a line"
_OTHER_FORMS = (  # how a file begins, what it is then, and what to do
    (b"\x1f\x8b", "a compressed file", "decompress it first"),
    (b"PK\x03\x04", "a spreadsheet or an archive", _AS_LINES),
    (b"PAR1", "a Parquet file", _AS_LINES),
    (b"\xff\xfe", "UTF-16", "save the file as UTF-8"),
    (b"\xfe\xff", "UTF-16", "save the file as UTF-8"),
    (b"<<<<<<< ", "a conflict that a merge left", "solve it, then `git add` it"),
    (b"[", "a JSON array", f"{_AS_LINES}, as `jq -c '.[]'` does"),
    (b"{\n", "JSON over several lines", f"{_AS_LINES}, as `jq -c .` does"),
    (b"{\r\n", "JSON over several lines", f"{_AS_LINES}, as `jq -c .` does"),
)
_TABLE = re.compile(rb"[\w\" ]+(?:[,;\t][\w\" ]+)+\s*\Z")


class Row(NamedTuple):
    """One object of a file, with its line for messages and the place of its bytes."""

    path: str
    line: int
    value: dict[str, Any]
    raw: str
    start: int = 0

    def location(self, field: str | None = None) -> Location:
        """Where the row, or a field of it, stands."""
        match = re.search(rf'"{re.escape(field)}"\s*:', self.raw) if field else None
        return Location(self.path, self.line, match.start() + 1 if match else None)

    def problem(self, message: str, field: str | None = None, hint: str | None = None) -> Problem:
        """What is wrong with the row, or with a field of it."""
        return Problem(self.location(field), f"{field}: {message}" if field else message, hint)


class RowFile:
    """A JSONL file that is opened once. Rows that were indexed are read again by their place.

    Small files are held by the snapshot; of a large one only the open file and, for each indexed
    row, its place and the digest of its bytes are, so that memory does not grow with its size.
    """

    def __init__(self, tree: Tree, path: str, depth: int = MAX_DEPTH) -> None:
        self.path, self._depth = path, depth
        self.is_held, self._stream = open_stream(tree, path)
        weakref.finalize(self, self._stream.close)
        self._tree = tree
        self._starts, self._checks, self._numbers = array("Q"), array("Q"), array("I")
        self.torn_line: int | None = None  # the last line, where it has no line end

    def __len__(self) -> int:
        return len(self._starts)

    def rows(self) -> Iterator[Row | Problem]:
        """The first reading: each line as an object, or what is wrong with it."""
        self._stream.seek(0)
        reader = LineReader(self._stream)
        for line in reader:
            if line.number == 1 and (problem := _other_form(line.data, self.path)):
                yield problem  # each line of it would be another one
                return
            self.torn_line = None if line.data.endswith(b"\n") else line.number
            if row := _row_of(line, self.path, self._depth):
                yield row
        reader.record(self._tree, self.path)

    def index(self, row: Row) -> int:
        """Remember a row of the first reading; its number is for `row_at`."""
        self._starts.append(row.start)
        self._numbers.append(row.line)
        if not self.is_held:
            self._checks.append(_check(row.raw.encode()))
        return len(self._starts) - 1

    def row_at(self, number: int) -> Row:
        """An indexed row. Raises `Stale` when its bytes are no longer those that were indexed."""
        start = self._starts[number]
        self._stream.seek(start)
        data = self._stream.readline(MAX_LINE)
        if not self.is_held and _check(data) != self._checks[number]:
            raise Stale(f"{self.path} was changed while it was read", "run the command again")
        text = data.decode("utf-8")
        return Row(self.path, self._numbers[number], _parse_again(data), text, start)


def open_rows(tree: Tree, path: str) -> None:
    """Raises `UserError` when a file cannot be read."""
    open_stream(tree, path)[1].close()


def read_rows(tree: Tree, path: str) -> Iterator[Row | Problem]:
    """Each line of a file as an object, or what is wrong with it. Raises `UserError`."""
    return RowFile(tree, path).rows()


def rows_of_bytes(data: bytes, path: str) -> Iterator[Row | Problem]:
    """The same of the content of a file."""
    if problem := _other_form(data.partition(b"\n")[0] + b"\n", path):
        return iter([problem])
    rows = (_row_of(line, path) for line in LineReader(io.BytesIO(data)))
    return filter(None, rows)


def _parse_again(data: bytes) -> Any:
    """The value of a line that the strict reader took: faster, and with nothing to refuse."""
    try:
        return from_json(data, cache_strings="keys")
    except ValueError:  # it gives up some levels before `MAX_DEPTH` and what is around a row
        return json.loads(data)


def _other_form(line: bytes, path: str) -> Problem | None:
    """What a file is whose first line shows that it is no JSONL; None where it may be."""
    for start, form, hint in _OTHER_FORMS:
        if line.startswith(start):
            return Problem(Location(path, 1, 1), f"this is {form}, not JSON lines", hint)
    if _TABLE.match(line):
        return Problem(Location(path, 1, 1), "this is a table, not JSON lines", _AS_LINES)
    return None


def _check(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")


def _row_of(line: Line, path: str, depth: int = MAX_DEPTH) -> Row | Problem | None:
    """The line as an object, or what is wrong with it; None of a blank line."""
    if len(line.data) > MAX_LINE:
        message = f"the line is longer than {MAX_LINE:,} bytes"
        return Problem(Location(path, line.number), message, "one case a line; is this file JSONL?")
    is_blank = not line.data or line.data.isspace()
    return None if is_blank else _parse(line, path, depth)


def _parse(line: Line, path: str, depth: int) -> Row | Problem:
    data, number = line.data, line.number
    try:
        text = data.decode("utf-8")
        value = parse_strictly(text, depth)
        if "\\u" in text or "\\U" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        return Problem(Location(path, number, error.start + 1), message, "save the file as UTF-8")
    except json.JSONDecodeError as error:
        return Problem(Location(path, number, error.colno), f"not JSON: {error.msg.lower()}")
    except UnicodeEncodeError:
        return Problem(Location(path, number), r"half of a surrogate pair, such as \ud83d alone")
    except RecursionError:
        return Problem(Location(path, number), "nested too deeply")
    except ValueError as error:  # NaN, infinity, a key twice, a number of thousands of digits
        return Problem(Location(path, number), str(error).split(";")[0])
    if isinstance(value, dict):
        return Row(path, number, value, text, line.start)
    return Problem(Location(path, number, 1), "a line must be a JSON object")


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _float(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text[:20]} is too large for a number")
    return value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    keys = [key for key, _ in pairs]
    twice = next(key for key in keys if keys.count(key) > 1)
    raise ValueError(f"the key {twice!r} is there twice")


_STRICT = json.JSONDecoder(
    parse_constant=_constant, parse_float=_float, object_pairs_hook=_unique_keys
)


def parse_strictly(text: str, depth: int = MAX_DEPTH) -> Any:
    """The value of a JSON text: no NaN, no key twice, no number beyond a float or 4,300 digits.

    Raises `ValueError` (`JSONDecodeError` with a place), `RecursionError` beyond `depth` levels:
    what can be read can be written again, however deep the stack is by then.
    """
    value = _decode(text)
    if text.count("[") + text.count("{") > depth and _is_deeper(value, depth):
        raise RecursionError
    return value


def _decode(text: str) -> Any:
    """What `_STRICT.decode` gives, without a search for blanks in a line as programs write it."""
    if text.startswith("{"):
        value, end = _STRICT.raw_decode(text)
        if text[end:] in LINE_ENDS:
            return value
    return _STRICT.decode(text)


def _is_deeper(value: Any, depth: int) -> bool:
    """Whether a value has more levels."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(depth):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True
