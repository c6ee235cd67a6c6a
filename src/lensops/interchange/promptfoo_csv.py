"""Tests of promptfoo in a CSV file, row by row as the tests of a configuration."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from lensops.errors import Location
from lensops.manifest import Node


def read_rows(text: str, path: str) -> Iterator[Node]:
    """Each row as a test: `__expected` columns are assertions, columns without `__` variables."""
    rows = csv.DictReader(io.StringIO(text))
    for row in rows:
        yield _test(row, Location(path, rows.line_num))


def _test(row: dict[str, Any], location: Location) -> Node:
    inputs = [(k, _scalar(v, location)) for k, v in row.items() if k and not k.startswith("__")]
    expected = [str(v) for k, v in row.items() if k and k.startswith("__expected") and v]
    assertions = [_assertion(text, location) for text in expected]
    pairs = [("vars", _mapping(inputs, location))]
    pairs += [("assert", Node("sequence", tuple(assertions), location, 0, 0))]
    if row.get("__description"):
        pairs += [("description", _scalar(row["__description"], location))]
    return _mapping(pairs, location)


def _assertion(text: str, location: Location) -> Node:
    """promptfoo's short form of an assertion: `type: value`, or the text that is expected."""
    kind, colon, value = text.partition(":")
    pairs = [("type", "equals"), ("value", text)]
    if text == "is-json":
        pairs = [("type", text)]
    elif colon and " " not in kind.strip():
        pairs = [("type", kind.strip()), ("value", value.strip())]
    return _mapping([(key, _scalar(item, location)) for key, item in pairs], location)


def _scalar(value: Any, location: Location) -> Node:
    return Node("scalar", value, location, 0, 0)


def _mapping(pairs: Iterable[tuple[str, Node]], location: Location) -> Node:
    keyed = tuple((_scalar(key, location), value) for key, value in pairs)
    return Node("mapping", keyed, location, 0, 0)
