"""Patterns and schemas within limits: a pull request may hold ones that would never end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

SECONDS = 1.0  # for one pattern or one schema on one output
LONGEST = 10_000  # characters of a pattern
_END: ContextVar[float | None] = ContextVar("end of the time for a schema", default=None)

Keyword = Callable[[Any, Any, Any, Any], Iterator[Any] | None]


class PatternFault(ValueError):
    """A pattern is none, or one that is not taken."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Inside, patterns and keywords of schemas raise `TimeoutError` when the time is over."""
    token = _END.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _END.reset(token)


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Any:
    """A compiled pattern. Raises `PatternFault`."""
    import regex

    if len(pattern) > LONGEST:
        raise PatternFault(f"the pattern is longer than {LONGEST:,} characters")
    try:
        return regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError, MemoryError, ValueError) as error:
        message = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise PatternFault(f"the pattern {pattern[:100]!r} is none: {message}") from None


def search(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text. Raises `PatternFault`, `TimeoutError`."""
    end = _END.get()
    left = SECONDS if end is None else end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return compile_pattern(pattern).search(text, timeout=left) is not None


def check_patterns(schema: Any) -> None:
    """Raises `PatternFault` for patterns in a schema that are none or cannot be limited."""
    if isinstance(schema, Mapping):
        if isinstance(pattern := schema.get("pattern"), str):
            compile_pattern(pattern)
        if isinstance(properties := schema.get("patternProperties"), Mapping):
            for name in properties:
                compile_pattern(str(name))
            if "unevaluatedProperties" in schema:
                raise PatternFault("patternProperties beside unevaluatedProperties is not taken")
        for value in schema.values():
            check_patterns(value)
    elif isinstance(schema, list):
        for value in schema:
            check_patterns(value)


def limited_validator(schema: Any) -> Any:
    """The class of validators for a schema, whose keywords and patterns stop at the time limit."""
    from jsonschema.validators import extend, validator_for

    base = validator_for(schema)
    keywords: dict[str, Keyword] = {**base.VALIDATORS}
    keywords |= {name: keyword for name, keyword in _PATTERNED.items() if name in keywords}
    make: Any = extend  # it has no types
    return make(base, {name: _limit_keyword(keyword) for name, keyword in keywords.items()})


def _limit_keyword(keyword: Keyword) -> Keyword:
    def check_in_time(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        end = _END.get()
        if end is not None and time.monotonic() > end:
            raise TimeoutError
        yield from keyword(validator, value, instance, schema) or ()

    return check_in_time


def _pattern(validator: Any, pattern: str, instance: Any, _: Any) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if validator.is_type(instance, "string") and not search(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, _: Any) -> Iterator[Any]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, subschema in patterns.items():
        for key, value in instance.items():
            if search(pattern, key):
                yield from validator.descend(value, subschema, path=key, schema_path=pattern)


def _additional_properties(
    validator: Any, allowed: Any, instance: Any, schema: Any
) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if not validator.is_type(instance, "object"):
        return
    patterns = schema.get("patternProperties", {})
    extra = [
        key
        for key in instance
        if key not in schema.get("properties", {})
        and not any(search(pattern, key) for pattern in patterns)
    ]
    if validator.is_type(allowed, "object"):
        for key in extra:
            yield from validator.descend(instance[key], allowed, path=key)
    elif not allowed and extra:
        names = ", ".join(map(repr, extra))
        yield ValidationError(f"additional properties are not allowed: {names}")


_PATTERNED: dict[str, Keyword] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
}
