"""Texts: one spelling for one value, and what is derived of a text so that it can be counted."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lensops.drift.binning import BinCounts, Measure, ValueCounts

VALUES = 10_000  # values of a category that are listed; those of more are no categories
BOOLEAN = {"true": "1", "false": "0", "1": "true", "0": "false"}  # the other spelling
_DECIMAL = re.compile(r"[+-]?(0|[1-9]\d*)\.\d+")
_SIGNED = re.compile(r"\+(0|[1-9]\d*)(\.\d+)?")
_BARE = re.compile(r"([+-]?)(\.\d+)")
_NOUGHT = re.compile(r"[+-]?0(\.0+)?[eE][+-]?\d+")
_EXPONENT = re.compile(r"([+-]?\d+(?:\.\d+)?)[eE]([+-])0*(\d+)")
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?(Z|[+-]\d\d(?::?\d\d)?)?")
_CLOCK = re.compile(r"(\d\d:\d\d:\d\d)\.(\d+)")
_INFINITE = {"infinity": "inf", "+infinity": "inf", "+inf": "inf", "inf": "inf"}
_INFINITE |= {"-infinity": "-inf", "-inf": "-inf"}
WORD = r"[^ \t\n\f\r]+"
FENCE = "```"
BEGINNING = 300  # characters in which a refusal announces itself
REPEATED_ROWS, REPEATED_SHARE, SMALL_SHARE = 5, 0.01, 0.2  # see `repeated_counts`
REFUSAL = (
    r"\b(i'?m|i am|we'?re|we are) (very |so |really )?sorry\b"
    r"|\bi apologi[sz]e\b"
    r"|\b(i|we) (can'?t|cannot|can not|won'?t|will not|am unable to|am not able to|must decline)\b"
    r"|\bi'?m (unable|not able|not allowed) to\b"
    r"|\bas an? (ai|artificial intelligence|language model)\b"
)  # of lower-case text with straight apostrophes; RE2 and Python read it alike

_REFUSAL = re.compile(REFUSAL)


def canonical_text(text: str) -> str:
    """A value without the accidents of its format.

    No padding; composed letters; `true` and `false` in small letters; `1.0` and `1.50` as `1` and
    `1.5`, but no leading zero is cut off, for `007` is a name; a timestamp in UTC as
    `2026-01-31 12:00:00`, one of midnight as its date; a time of day without zeros at its end.
    """
    text = text.strip()
    text = text if text.isascii() else unicodedata.normalize("NFC", text)
    small = text.lower()
    if small in {"true", "false"} or small in _INFINITE:
        return _INFINITE.get(small, small)
    if match := _TIMESTAMP.fullmatch(text):
        return _timestamp(match)
    if _CLOCK.fullmatch(text):
        return text.rstrip("0").rstrip(".")
    return _number_text(text)


def _number_text(text: str) -> str:
    """A number without a plus sign, nor zeros at its end; other texts as they are."""
    if _SIGNED.fullmatch(text):
        text = text[1:]
    if match := _BARE.fullmatch(text):
        text = f"{match[1].replace('+', '')}0{match[2]}"
    if match := _EXPONENT.fullmatch(text):
        text = f"{match[1]}e{match[2]}{match[3]}"
    if _DECIMAL.fullmatch(text):
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" or _NOUGHT.fullmatch(text) else text


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
    date, minutes, seconds, fraction, zone = match.groups()
    date, minutes = _in_utc(date, minutes, zone) if zone else (date, minutes)
    clock = f"{minutes}{seconds or ':00'}{(fraction or '').rstrip('0').rstrip('.')}"
    return date if clock == "00:00:00" else f"{date} {clock}"


def _in_utc(date: str, minutes: str, zone: str) -> tuple[str, str]:
    try:
        moment = datetime.fromisoformat(f"{date}T{minutes}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):  # no date, as in 2026-13-45
        return date, minutes
    return moment.date().isoformat(), f"{moment:%H:%M}"


@dataclass(frozen=True, slots=True)
class Derived:
    """One feature of a text: a number, or a flag. Engines have an expression for each name."""

    kind: str
    read: Callable[[str], float | bool]


DERIVED: dict[str, Derived] = {
    "length": Derived("number", len),
    "words": Derived("number", lambda text: len(re.findall(WORD, text))),
    "code_fence": Derived("flag", lambda text: FENCE in text),
    "valid_json": Derived("flag", lambda text: valid_json(text)),
    "refusal": Derived("flag", lambda text: refusal(text)),
    "empty": Derived("flag", lambda text: not re.search(WORD, text)),
    "repeated": Derived("flag", lambda _: False),  # counted by value: see `repeated_counts`
}


def text_measures(name: str, column: str) -> list[Measure]:
    """The derived measures of a text column, named `<feature>.<what>`."""
    return [Measure(f"{name}.{how}", column, it.kind, how) for how, it in DERIVED.items()]


def valid_json(text: str) -> bool:
    """Whether a text is a JSON object or array."""
    if text.strip()[:1] not in {"{", "["}:
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def refusal(text: str) -> bool:
    """Whether a text begins like a refusal, in English."""
    beginning = text[:BEGINNING].lower().replace("\u2019", "'")
    return _REFUSAL.search(beginning) is not None


def repeated_counts(baseline: ValueCounts, current: ValueCounts) -> tuple[BinCounts, BinCounts]:
    """Rows with a text of their own, and rows with one that many rows share, in both windows.

    Which texts these are follows from the rows of both windows together, so that neither is
    favoured: those of a hundredth of all rows, or of a fifth of the smaller window where that is
    less, and of five. How many texts a window repeats by itself would depend on how large it is.
    """
    n, m = baseline.rows, current.rows
    floor = max(REPEATED_ROWS, min(REPEATED_SHARE * (n + m), SMALL_SHARE * min(n, m)))
    floor = max(floor, baseline.limit + current.limit + 1)  # what is not listed cannot reach it
    texts = {*baseline.values, *current.values}
    pooled = {text: baseline.values.get(text, 0) + current.values.get(text, 0) for text in texts}
    sides = []
    for side in (baseline, current):
        repeated = sum(rows for text, rows in side.values.items() if pooled[text] >= floor)
        sides.append(BinCounts((side.present - repeated, repeated), side.missing))
    return sides[0], sides[1]
