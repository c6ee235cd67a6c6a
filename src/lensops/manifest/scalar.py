"""The value of a YAML scalar by its tag: null, booleans, numbers of YAML 1.2, else text."""

from __future__ import annotations

import re
from typing import Any

MAX_DIGITS = 300  # more than any number has that is meant; Python itself refuses thousands

_INT = re.compile(r"[-+]?(0|[1-9][0-9_]*|0o[0-7_]+|0x[0-9a-fA-F_]+)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9][0-9_]*|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = {".inf": float("inf"), "+.inf": float("inf"), "-.inf": float("-inf")}
_SPECIAL |= {".nan": float("nan")}
_BOOLEANS = {"true": True, "false": False}
_NULLS = {"", "~", "null"}
_SURROGATE = re.compile("[\ud800-\udfff]")


class ScalarError(Exception):
    """A scalar that is not what its tag says, or that no YAML 1.2 reader reads alike."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def scalar_value(tag: str, text: str, *, explicit: bool) -> Any:
    """The Python value of a scalar without quotes, or with a tag.

    `tag` is as it may be written (`!!int`, `!!str`, `!other`). Of a tag that was not written
    (`explicit` is False), what does not fit is text. Raises `ScalarError`.
    """
    lowered = text.lower()
    match tag:
        case "!!null" if lowered in _NULLS:
            return None
        case "!!bool" if lowered in _BOOLEANS:
            return _BOOLEANS[lowered]
        case "!!int" if _INT.match(text):
            return _integer(text)
        case "!!float" if lowered in _SPECIAL:
            return _SPECIAL[lowered]
        case "!!float" if _FLOAT.match(text):
            return float(_digits(text))
        case "!!str":
            return text
        case "!!null" | "!!bool" | "!!int" | "!!float" if explicit:
            raise ScalarError(f"{_short(text)!r} is no {tag[2:]}", f"remove the tag {tag}")
        case _ if explicit:
            raise ScalarError(f"the tag {tag} is not read", "remove it")
    return text


def surrogate(text: str) -> bool:
    """Whether a text holds half a character, which cannot be written anywhere."""
    return bool(_SURROGATE.search(text))


def _integer(text: str) -> int:
    digits = _digits(text)
    return int(digits, 0 if digits.lstrip("+-")[:2] in {"0o", "0x"} else 10)


def _digits(text: str) -> str:
    digits = text.replace("_", "")
    if len(digits) > MAX_DIGITS:
        raise ScalarError(f"a number of {len(digits):,} characters", "write it in quotes for text")
    if digits.lstrip("+-")[:2] in {"0o", "0x"} and len(digits.lstrip("+-")) == 2:
        raise ScalarError(f"{text!r} has no digits")
    return digits


def _short(text: str) -> str:
    return text if len(text) < 40 else text[:37] + "…"
