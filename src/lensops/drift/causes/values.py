"""Causes that the values of a category show: respelled, renamed, merged and split ones."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np

from lensops.drift.binning import ValueCounts
from lensops.drift.causes.case import Case, Cause
from lensops.drift.evidence import ValueWindows
from lensops.drift.two_sample import table_p_value

SPLIT = 5  # values that one may be split into, or merged from
ALIKE = 0.01  # the p-value from which two shares are the same
EXPECTED = 15  # rows of a value that would be seen, if it were still there
EXAMPLES = 3
VALUES = 200  # commonest values of either window that are held against each other
SEVERAL = 2  # values that were changed in the same way, from which it is no accident


def _is_mojibake(old: str, new: str) -> bool:
    """Whether one is the other, its UTF-8 read as Latin-1 or Windows-1252, once or twice."""
    for encoding in ("latin-1", "cp1252"):
        for wrong, right in ((old, new), (new, old)):
            once = _as_utf8(wrong, encoding)
            if right in {once, _as_utf8(once, encoding)} - {wrong}:
                return True
    return _has_lost_letters(old, new)


def _as_utf8(text: str, encoding: str) -> str:
    try:
        return text.encode(encoding).decode()
    except UnicodeError:
        return text


def _has_lost_letters(old: str, new: str) -> bool:
    """Whether letters beyond ASCII were left out, or became a question mark."""
    if old.isascii():
        return False
    left_out = old.encode("ascii", "ignore").decode() == new
    marks = len(old) == len(new) and all(
        a == b or (b in "\ufffd?" and not a.isascii()) for a, b in zip(old, new, strict=True)
    )
    return left_out or marks


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


SPELLINGS: dict[str, Callable[[str, str], bool]] = {
    "other capitals": lambda old, new: old.casefold() == new.casefold(),
    "text read in another encoding": _is_mojibake,
    "other accents": lambda old, new: _without_marks(old) == _without_marks(new),
    "other spaces or punctuation": lambda old, new: (
        _letters(old).casefold() == _letters(new).casefold() != ""
    ),
    "leading zeros": lambda old, new: old.isdigit() and old.lstrip("0") == new.lstrip("0"),
}


def respelling(case: Case) -> Cause | None:
    """Values that are the former ones in another spelling."""
    if not isinstance(case.windows, ValueWindows) or not case.real:
        return None
    former, new = list(case.windows.baseline.values)[:VALUES], _new(case.windows)[:VALUES]
    for words, is_alike in SPELLINGS.items():
        pairs = [(old, value) for value in new for old in former if is_alike(old, value)]
        if pairs:
            return _respelled(case.windows, words, pairs)
    return _affixed(case.windows, former, new)


def _respelled(windows: ValueWindows, words: str, pairs: list[tuple[str, str]]) -> Cause:
    rows = sum(windows.current.values[value] for _, value in pairs)
    examples = ", ".join(f"{old!r} is {value!r}" for old, value in pairs[:EXAMPLES])
    share = rows / max(windows.current.rows, 1)
    return Cause("respelling", f"{words}: {examples} now", share)


def _affixed(windows: ValueWindows, former: list[str], new: list[str]) -> Cause | None:
    """Several values with the same text before or behind them, or cut off at the same length."""
    before = [(o, v, v.removesuffix(o)) for v in new for o in former if v.endswith(o) and o]
    behind = [(o, v, v.removeprefix(o)) for v in new for o in former if v.startswith(o) and o]
    for words, found in (("before", before), ("behind", behind)):
        affixes = Counter(affix for *_, affix in found)
        affix, times = max(affixes.items(), key=lambda item: item[1], default=("", 0))
        if times >= SEVERAL:
            pairs = [(old, value) for old, value, own in found if own == affix]
            return _respelled(windows, f"{affix!r} {words} each", pairs)
    longest = max(map(len, new), default=0)
    cut = [(o, v) for v in new for o in former if o != v and o.startswith(v) and len(v) == longest]
    return _respelled(windows, f"cut off after {longest}", cut) if len(cut) >= SEVERAL else None


def renaming(case: Case) -> Cause | None:
    """One value in place of another, of several, or several in place of one; all else as before."""
    if not isinstance(case.windows, ValueWindows) or not case.real or respelling(case):
        return None
    gone, new = _gone(case.windows), _new(case.windows)
    gained = [] if new else _gained(case.windows)
    into = new or gained
    if not gone or len(into) == 0 or min(len(gone), len(into)) > 1:
        return None
    if max(len(gone), len(into)) > SPLIT or len(gained) > 1:
        return None
    if gained and len(case.windows.baseline.values) <= len(gone) + 1:
        return None  # of two values nothing is left that could be as before
    moved = {*gone, *into}
    if _p_value(case.windows, moved) < ALIKE or not _same_rest(case.windows, moved):
        return None
    olds, news = (", ".join(map(repr, values)) for values in (gone, into))
    return Cause("renaming", f"{olds} became {news}")


def _gone(windows: ValueWindows) -> list[str]:
    """Values of the baseline that are not there any more, though rows of them were expected."""
    return _values_lacking_in(windows.current, windows.baseline)


def _new(windows: ValueWindows) -> list[str]:
    """Values that the baseline never had, though rows of them were to be expected there."""
    return _values_lacking_in(windows.baseline, windows.current)


def _values_lacking_in(window: ValueCounts, other: ValueCounts) -> list[str]:
    share = window.rows / max(other.rows, 1)
    return [
        value
        for value, rows in other.values.items()
        if value not in window.values and rows * share >= EXPECTED
    ]


def _gained(windows: ValueWindows) -> list[str]:
    """Values of both windows whose share rose by more than chance."""
    baseline, current = windows.baseline, windows.current
    return [
        value
        for value, times in current.values.items()
        if times / current.rows > baseline.values.get(value, 0) / max(baseline.rows, 1)
        and _p_value(windows, {value}) < ALIKE / 10
    ]


def _same_rest(windows: ValueWindows, values: set[str]) -> bool:
    """Whether all other values have the shares that they had among themselves."""
    names = sorted({*windows.baseline.values, *windows.current.values} - values)
    sides = [_rows(side.values, names) for side in (windows.baseline, windows.current)]
    return len(names) < 2 or table_p_value(*sides) >= ALIKE


def _p_value(windows: ValueWindows, values: set[str]) -> float:
    """Of the rows with one of the values against all others."""
    sides = []
    for side in (windows.baseline, windows.current):
        rows = sum(side.values.get(value, 0) for value in values)
        sides.append(np.array([rows, side.rows - rows]))
    return table_p_value(sides[0], sides[1])


def _rows(counts: Mapping[str, int], names: list[str]) -> np.ndarray:
    return np.array([counts.get(name, 0) for name in names], dtype=np.int64)
