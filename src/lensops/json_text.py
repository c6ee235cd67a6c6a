"""JSON text: read strictly, and written by one encoder for many values."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from json import encoder
from typing import Any, NoReturn

MAX_DEPTH = 200  # levels of lists and objects
LINE_ENDS = ("\n", "", "\r\n")


def make_encoder(item: str = ", ", key: str = ": ") -> Callable[[Any], str]:
    """From a value to its JSON with sorted keys, between separators, any character as it is.

    What is made raises `ValueError` for NaN and infinity. It is CPython's own encoder, made as
    `json.JSONEncoder.encode` does for each value, which for a small one takes as long as the value;
    where an interpreter has none, it is `encode` itself.
    """
    plain = json.JSONEncoder(
        sort_keys=True, separators=(item, key), ensure_ascii=False, allow_nan=False
    )
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    write = encoder.encode_basestring
    encode = make(None, plain.default, write, None, key, item, True, False, False)
    return lambda value: "".join(encode(value, 0))


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
