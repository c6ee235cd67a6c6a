"""JSON text: the envelope with its schema, sorted keys, no NaN; a long table has a line a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lensops.json_text import make_encoder

MANY = 100  # rows of a table beyond which each is one line, which is written ten times faster
_STEP = "  "
_encode = make_encoder()


def envelope(noun: str, data: dict[str, Any]) -> str:
    """`lensops/<noun>/v1` as text. Raises `ValueError` for NaN and infinity, which JSON lacks."""
    return "".join(_text({"schema": f"lensops/{noun}/v1", **data}, "\n")) + "\n"


def _text(value: Any, end: str) -> Iterator[str]:
    """A value as text; `end` is a line end with the indentation of what is around it."""
    if isinstance(value, dict) and value:
        yield "{"
        for number, key in enumerate(sorted(value)):
            yield f"{',' if number else ''}{end}{_STEP}{_encode(str(key))}: "
            yield from _text(value[key], end + _STEP)
        yield end + "}"
    elif isinstance(value, list | tuple) and value:
        is_table = len(value) > MANY and isinstance(value[0], dict)
        yield "["
        for number, item in enumerate(value):
            begin = f"{',' if number else ''}{end}{_STEP}"
            if is_table:
                yield begin + _encode(item)
            else:
                yield begin
                yield from _text(item, end + _STEP)
        yield end + "]"
    else:
        yield _encode(value)
