"""JSON lines: read one object a line within limits, every fault with its line and column."""

from __future__ import annotations

import hashlib
import io
import json
import re
import weakref
from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from lensops.errors import Location, Problem, Stale
from lensops.evals.lines import MAX_LINE, Line, LineReader, open_stream
from lensops.files import Tree
from lensops.json_text import MAX_DEPTH, parse_strictly
from lensops.manifest.load import key_hint

_TYPES = {
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "string_too_short": "must not be empty",
}
SHOWN = 100  # problems of one file that are spelled out; the rest are counted
MANY = 100_000  # values beyond which NumPy, which takes a while to load, pays
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


def cap_problems(problems: list[Problem], path: str) -> tuple[Problem, ...]:
    """The first problems of a file, and how many more there are."""
    if len(problems) <= SHOWN:
        return tuple(problems)
    rest = Problem(Location(path), f"and {len(problems) - SHOWN:,} more problems in this file")
    return (*problems[:SHOWN], rest)


def problems_of(error: ValidationError, row: Row, model: type[BaseModel]) -> Iterator[Problem]:
    """What pydantic found, as problems of a row."""
    for detail in error.errors(include_url=False):
        field = str(detail["loc"][0]) if detail["loc"] else None
        dotted = ".".join(str(step) for step in detail["loc"])
        if detail["type"] == "extra_forbidden":
            *above, name = detail["loc"]
            place = f" in {'.'.join(map(str, above))}" if above else ""
            hint = key_hint(str(name), tuple(above), model)
            yield Problem(row.location(str(name)), f"unknown field {str(name)!r}{place}", hint)
        elif detail["type"] == "missing":
            yield Problem(row.location(), f"the field {dotted!r} is missing")
        else:
            message = _TYPES.get(detail["type"]) or str(detail["msg"])
            message = message.removeprefix("Value error, ").replace("Input should be", "must be")
            yield Problem(row.location(field), f"{dotted}: {message}" if dotted else message)


def order_of(keys: array[int]) -> array[int]:
    """The places of keys from the smallest key on, equal ones in their order."""
    if len(keys) < MANY:
        return array("I", sorted(range(len(keys)), key=keys.__getitem__))
    import numpy as np

    places = np.argsort(np.frombuffer(keys, dtype=np.uint64), kind="stable")
    return array("I", places.astype(np.uint32).tobytes())


def count_distinct(values: array[int]) -> int:
    """How many values differ; of very many without an object for each."""
    if len(values) < MANY:
        return len(set(values))
    import numpy as np

    return int(np.unique(np.frombuffer(values, dtype=np.int64)).size)
