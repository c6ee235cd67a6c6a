"""One value, one spelling: how a category is written, whatever format or engine it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lensops.drift.binning import ValueCounts

VALUES = 10_000  # values of a category that are listed; those of more are no categories
BOOLEAN = {"true": "1", "false": "0", "1": "true", "0": "false"}  # the other spelling
_DECIMAL = re.compile(r"[+-]?(0|[1-9]\d*)\.\d+")
_SIGNED = re.compile(r"\+(0|[1-9]\d*)(\.\d+)?")
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?(Z|\+00(:?00)?)?")


def canonical_text(text: str) -> str:
    """A value without the accidents of its format.

    No padding; `true` and `false` in small letters; `1.0` and `1.50` as `1` and `1.5`, but no
    leading zero is cut off, for `007` is a name; a timestamp as `2026-01-31 12:00:00`, one of
    midnight as its date.
    """
    text = text.strip()
    if text.lower() in {"true", "false"}:
        return text.lower()
    if match := _TIMESTAMP.fullmatch(text):
        return _timestamp(match)
    if _SIGNED.fullmatch(text):
        text = text[1:]
    if _DECIMAL.fullmatch(text):
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def count_values(
    rows: Iterable[tuple[str, int]], filled: int, missing: int, *, raw: bool = False
) -> ValueCounts:
    """The counts of values as an engine spells them; `filled` rows have any value.

    Blank texts are missing, but not raw ones, which are texts and no categories. Values beyond the
    limit are unlisted, the rarest first.
    """
    counts: dict[str, int] = {}
    blank = 0
    for text, times in rows:
        value = text if raw else canonical_text(text)
        if raw or value:
            counts[value] = counts.get(value, 0) + times
        else:
            blank += times
    if len(counts) > VALUES:
        ranked = sorted(counts, key=lambda value: (-counts[value], value))[:VALUES]
        counts = {value: counts[value] for value in ranked}
    unlisted = filled - blank - sum(counts.values())
    return ValueCounts(counts, unlisted, missing + blank)


def spelled_alike(current: ValueCounts, baseline: ValueCounts) -> ValueCounts:
    """The current values of a boolean as the baseline spells them: 1 is true, 0 is false."""
    names = baseline.values.keys()
    if not names or not names <= BOOLEAN.keys():
        return current
    counts: dict[str, int] = {}
    for value, times in current.values.items():
        other = BOOLEAN.get(value, value)
        spelling = other if value not in names and other in names else value
        counts[spelling] = counts.get(spelling, 0) + times
    return ValueCounts(counts, current.unlisted, current.missing)


def _timestamp(match: re.Match[str]) -> str:
    date, minutes, seconds, fraction, _zone, _ = match.groups()
    clock = f"{minutes}{seconds or ':00'}{(fraction or '').rstrip('0').rstrip('.')}"
    return date if clock == "00:00:00" else f"{date} {clock}"
