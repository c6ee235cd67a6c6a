"""Text columns: what is derived of each text, so that its drift can be counted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from lensops.drift.binning import BinCounts, Measure, ValueCounts

WORD = r"\S+"
FENCE = "```"
BEGINNING = 300  # characters in which a refusal announces itself
REPEATED_ROWS, REPEATED_SHARE = 5, 0.01  # from these on many rows share a text
REFUSAL = (
    r"\b(i'?m|i am|we'?re|we are) (very |so |really )?sorry\b"
    r"|\bi apologi[sz]e\b"
    r"|\b(i|we) (can'?t|cannot|can not|won'?t|will not|am unable to|am not able to|must decline)\b"
    r"|\bi'?m (unable|not able|not allowed) to\b"
    r"|\bas an? (ai|artificial intelligence|language model)\b"
)  # of lower-case text with straight apostrophes; RE2 and Python read it alike

_REFUSAL = re.compile(REFUSAL)


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
    "empty": Derived("flag", lambda text: not text.strip()),
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

    A text counts as repeated from a hundredth of the rows on, the mean of both windows, and five
    rows: how many texts a window repeats by itself would depend on how large it is.
    """
    n, m = max(baseline.rows, 1), max(current.rows, 1)
    repeated = set()
    for text in {*baseline.values, *current.values}:
        rows = baseline.values.get(text, 0), current.values.get(text, 0)
        if sum(rows) >= REPEATED_ROWS and (rows[0] / n + rows[1] / m) / 2 >= REPEATED_SHARE:
            repeated.add(text)
    sides = []
    for side in (baseline, current):
        rows_repeated = sum(side.values.get(text, 0) for text in repeated)
        sides.append(BinCounts((side.present - rows_repeated, rows_repeated), side.missing))
    return sides[0], sides[1]
