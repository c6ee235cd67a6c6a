"""promptfoo's assertions as checks: one function a type, and the reason for those without one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from lensops.interchange.templates import shorten

Checks = list[dict[str, Any]] | str  # the checks, or the reason why there is none


def checks_of(assertion: Mapping[str, Any]) -> Checks:
    """The checks that ask for the same, or the reason why there are none."""
    kind, value = str(assertion.get("type", "")), assertion.get("value")
    if "transform" in assertion or ("provider" in assertion and kind not in _CONVERTERS):
        return "it needs a transform or a provider of its own"
    if isinstance(value, str) and value.startswith("file://"):
        return f"its value is code or a file: {shorten(value)}"
    if isinstance(value, str) and ("{{" in value or "{%" in value):
        return "its value is a template"
    converter = _CONVERTERS.get(kind)
    if converter is None:
        return _REASONS.get(kind, f"there is no check like {kind!r}")
    return converter(value)


def _one(key: str) -> Callable[[Any], Checks]:
    return lambda value: [{key: _text(value)}] if value is not None else "it has no value"


def _each(key: str) -> Callable[[Any], Checks]:
    return lambda value: [{key: _text(item)} for item in _items(value)]


def _equals(value: Any) -> Checks:
    return [{"equals": value}] if value is not None else "it has no value"


def _any_of(flags: str) -> Callable[[Any], Checks]:
    def convert(value: Any) -> Checks:
        return [{"regex": flags + "|".join(re.escape(_text(item)) for item in _items(value))}]

    return convert


def _all_of(flags: str) -> Callable[[Any], Checks]:
    return lambda value: [{"regex": flags + re.escape(_text(item))} for item in _items(value)]


def _regex(value: Any) -> Checks:
    try:
        re.compile(_text(value))
    except re.error as error:
        return f"the pattern is not one of Python's: {error}"
    return [{"regex": _text(value)}]


def _json(value: Any) -> Checks:
    """Valid JSON; a schema is written to a file by the caller, which finds it under this key."""
    return [{"valid_json": True}] if value is None else [{"json_schema": value}]


def _word_count(value: Any) -> Checks:
    """A number of words, or `{min, max}`."""
    limits = value if isinstance(value, dict) else {"min": value, "max": value}
    names = {"min": "min_words", "max": "max_words"}
    if not all(isinstance(limits.get(key, 0), int) for key in names) or limits.keys() - names:
        return "its value is no count of words"
    return [{names[key]: limits[key]} for key in names if key in limits]


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else str(value).split(",")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


_CONVERTERS: dict[str, Callable[[Any], Checks]] = {
    "equals": _equals,
    "contains": _one("contains"),
    "not-contains": _one("not_contains"),
    "contains-all": _each("contains"),
    "not-contains-any": _each("not_contains"),
    "contains-any": _any_of(""),
    "icontains": _all_of("(?i)"),
    "icontains-all": _all_of("(?i)"),
    "icontains-any": _any_of("(?i)"),
    "starts-with": lambda value: [{"regex": rf"\A{re.escape(_text(value))}"}],
    "regex": _regex,
    "is-json": _json,
    "word-count": _word_count,
}
_CODE = "it runs code; nothing in a manifest does"
_REASONS = {
    **dict.fromkeys(("javascript", "python", "webhook", "ruby"), _CODE),
    **dict.fromkeys(("cost", "latency", "perplexity"), "it measures the call, not the output"),
    "similar": "there is no embedding metric; the judge can grade likeness",
    "contains-json": "an output is JSON as a whole, or not at all",
    "assert-set": "checks have no groups",
}
