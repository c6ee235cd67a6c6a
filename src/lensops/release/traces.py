"""Answers in traces: spans of OTLP JSON that name the release their prompt came from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

RELEASE, SEQUENCE = "lensops.release", "lensops.sequence"
PROMPT = ("lensops.prompt", "gen_ai.prompt.name")
VERSION = ("lensops.version", "gen_ai.prompt.version")


@dataclass(frozen=True, slots=True)
class Answer:
    """A span that says which prompt it used. `release` is None where it names a prompt alone."""

    release: str | None
    sequence: int | None
    prompt: str | None
    version: str | None
    time: datetime | None


def read_answers(documents: Iterable[Any]) -> Iterator[Answer | None]:
    """The answers of OTLP documents; None for each span that names no prompt and no release.

    Keys may be those of OTLP's JSON (`resourceSpans`) or of protobuf (`resource_spans`). What is
    of another form is left out.
    """
    for document in documents:
        for group in _children(document, "resourceSpans", "resource_spans"):
            for scope in _children(
                group, "scopeSpans", "scope_spans", "instrumentationLibrarySpans"
            ):
                for span in _children(scope, "spans"):
                    yield _answer(span)


def parse_documents(text: str) -> list[Any]:
    """The JSON documents of a file: one, a list of them, or one a line as a collector writes them.

    Raises `ValueError` with the line that is no JSON.
    """
    try:
        body = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError:
        return list(_lines(text))
    return body if isinstance(body, list) else [body]


def _lines(text: str) -> Iterator[Any]:
    for number, row in enumerate(text.splitlines(), 1):
        if row.strip():
            try:
                yield json.loads(row)
            except (ValueError, RecursionError):
                raise ValueError(f"line {number} is not JSON") from None


def _children(value: Any, *keys: str) -> list[Any]:
    """The list under the first of the keys that a mapping has."""
    if not isinstance(value, dict):
        return []
    child = next((value[key] for key in keys if key in value), None)
    return child if isinstance(child, list) else []


def _answer(span: Any) -> Answer | None:
    attributes = dict(_attributes(_children(span, "attributes")))
    release = attributes.get(RELEASE)
    prompt = _first(attributes, PROMPT)
    if not isinstance(release, str) and prompt is None:
        return None
    sequence = attributes.get(SEQUENCE)
    return Answer(
        release if isinstance(release, str) else None,
        sequence if isinstance(sequence, int) else None,
        prompt,
        _first(attributes, VERSION),
        _time(span.get("startTimeUnixNano", span.get("start_time_unix_nano"))),
    )


def _attributes(rows: list[Any]) -> Iterator[tuple[str, str | int]]:
    """The attributes that are texts or whole numbers, which JSON of protobuf writes as texts."""
    for row in rows:
        key, value = (row.get("key"), row.get("value")) if isinstance(row, dict) else (None, None)
        if not isinstance(key, str) or not isinstance(value, dict):
            continue
        text = value.get("stringValue", value.get("string_value"))
        number = value.get("intValue", value.get("int_value"))
        if isinstance(text, str):
            yield key, text
        elif (whole := _whole(number)) is not None:
            yield key, whole


def _first(attributes: Mapping[str, str | int], keys: tuple[str, ...]) -> str | None:
    values = (attributes.get(key) for key in keys)
    return next((value for value in values if isinstance(value, str)), None)


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.lstrip("-").isdecimal() and len(value) <= 20:
        return int(value)
    return value if type(value) is int else None


def _time(value: Any) -> datetime | None:
    nanoseconds = _whole(value)
    try:
        return datetime.fromtimestamp(nanoseconds / 1e9, UTC) if nanoseconds else None
    except (OverflowError, ValueError, OSError):
        return None
