"""The engine on arrays in memory: what the Python functions count with."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from numbers import Real
from typing import Any

import numpy as np

from lensops.drift.binning import BinCounts, Binning, Counts, Measure, Tally, ValueCounts
from lensops.drift.engine import (
    CATEGORY,
    DURATION,
    NESTED,
    NUMBER,
    TEXT,
    TIME,
    CountQuery,
    Extremes,
    Rows,
)
from lensops.drift.floats import NARROW, narrow_cuts, shortest_decimals
from lensops.drift.psi import Shares
from lensops.drift.readability import EXAMPLES, Readability
from lensops.drift.recipes import Extent
from lensops.drift.shape import drawn_rows
from lensops.drift.text import DERIVED, count_values
from lensops.errors import UserError

KINDS: dict[str, tuple[type, ...]] = {
    NUMBER: (Real, Decimal),
    TEXT: (str,),
    TIME: (date,),
    DURATION: (timedelta,),
    NESTED: (list, tuple, set, Mapping, bytes, np.ndarray),
}  # of Python's values
md5 = partial(hashlib.md5, usedforsecurity=False)


class ArrayEngine:
    """Windows are tables: a mapping of column names to arrays of one length.

    It knows neither times, conditions nor segments: those who hold arrays cut them themselves.
    """

    def __init__(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self.tables = {
            name: {str(column): _array(values) for column, values in table.items()}
            for name, table in tables.items()
        }
        for name, table in self.tables.items():
            if len({array.size for array in table.values()}) != 1:
                raise UserError(f"the columns of the {name} window have different lengths")

    def close(self) -> None:
        """Nothing is held open."""

    def columns(self, rows: Rows) -> Mapping[str, str]:
        return {name: _kind(array) for name, array in self._table(rows).items()}

    def extremes(self, rows: Rows) -> Extremes:
        return Extremes(next(iter(self._table(rows).values())).size)

    def readable(self, rows: Rows, measures: Sequence[Measure]) -> Mapping[str, Readability]:
        return {m.name: _readability(self._table(rows)[m.column], m) for m in measures}

    def sample(self, rows: Rows, measures: Sequence[Measure], step: int) -> Mapping[str, Shares]:
        table = self._table(rows)
        drawn = drawn_rows(self.extremes(rows).rows, step)
        arrays = {m.name: _numbers(table[m.column][drawn], m)[0] for m in measures}
        finite = {name: array[np.isfinite(array)] for name, array in arrays.items()}
        return {name: shortest_decimals(array) for name, array in finite.items()}

    def extents(self, rows: Rows, measures: Sequence[Measure]) -> Mapping[str, Extent | None]:
        return {
            name: Extent(values.size, float(values.min()), float(values.max()))
            if values.size
            else None
            for name, values in self.sample(rows, measures, 1).items()
        }

    def values(self, rows: Rows, measure: Measure, limit: int) -> list[tuple[str, int]]:
        texts = _texts(self._table(rows)[measure.column])
        counts = Counter(text for text in texts if text is not None)
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit]

    def count(self, rows: Rows, query: CountQuery) -> Mapping[str | None, Tally]:
        table = self._table(rows)
        return {
            None: {
                measure.name: array_counts(table[measure.column], measure, binning)
                for measure, binning in query.binnings.items()
            }
        }

    def fingerprint(self, rows: Rows) -> str:
        digest = hashlib.sha256()
        for name, array in sorted(self._table(rows).items()):
            digest.update(f"{name}\0{array.size}\0{array.tolist()}".encode())
        return f"sha256:{digest.hexdigest()}"

    def _table(self, rows: Rows) -> dict[str, Any]:
        return self.tables[rows.source[0]]


def array_counts(array: Any, measure: Measure, binning: Binning | None) -> Counts:
    """The rows of an array in the bins of a binning; by value without one."""
    if binning is None:
        return _value_counts(array, measure)
    if binning.kind == "flag":
        return _flag_counts(array, measure)
    numbers, unreadable = _numbers(array, measure)
    return _bin_numbers(numbers, binning, unreadable)


def _bin_numbers(numbers: Any, binning: Binning, unreadable: int) -> BinCounts:
    finite = numbers[np.isfinite(numbers)].astype(np.float64)
    cuts = narrow_cuts(binning.cuts, numbers.dtype.name)
    places = np.searchsorted(np.asarray(cuts), finite, side="right")
    bins = np.bincount(places, minlength=len(binning.cuts) + 1)
    infinite = int(np.isinf(numbers).sum())
    missing = numbers.size - finite.size - infinite - unreadable
    return BinCounts(tuple(int(count) for count in bins), missing, infinite, unreadable)


def _value_counts(array: Any, measure: Measure) -> ValueCounts:
    listed = {value.strip() for value in measure.missing}
    counts = Counter(text for text in _texts(array) if text is not None)
    if measure.derivation == "repeated":
        digests = {md5(text.encode(errors="replace")).hexdigest(): n for text, n in counts.items()}
        return count_values(digests.items(), counts.total(), array.size - counts.total(), raw=True)
    present = {text: n for text, n in counts.items() if text.strip() not in listed}
    filled = sum(present.values())
    return count_values(present.items(), filled, array.size - filled)


def _flag_counts(array: Any, measure: Measure) -> BinCounts:
    read, texts = DERIVED[measure.derivation].read, _texts(array)
    if measure.derivation == "empty":
        texts = [text or "" for text in texts]
    flags = [bool(read(text)) for text in texts if text is not None]
    return BinCounts((len(flags) - sum(flags), sum(flags)), len(texts) - len(flags))


def _numbers(array: Any, measure: Measure) -> tuple[Any, int]:
    """A measure as floats, NaN where there is none, and how many values are no numbers.

    Floats of 16 and 32 bits stay such: see `narrow_cuts`.
    """
    if measure.derivation != "value":
        read = DERIVED[measure.derivation].read
        derived = [np.nan if t is None else float(read(t)) for t in _texts(array)]
        return np.asarray(derived, dtype=np.float64), 0
    if array.dtype.kind in "biuf":
        return array if array.dtype.name in NARROW else array.astype(np.float64), 0
    values = [_number(value, measure) for value in array.tolist()]
    unreadable = sum(value is None for value in values)
    floats = [np.nan if value is None else value for value in values]
    return np.asarray(floats, dtype=np.float64), unreadable


def _number(value: Any, measure: Measure) -> float | None:
    """A value as a float, NaN where it is missing, None where it is no number."""
    if _is_missing(value):
        return float("nan")
    if isinstance(value, str):
        text = value.strip()
        if not text or text in {item.strip() for item in measure.missing}:
            return float("nan")
        value = {"true": 1.0, "false": 0.0}.get(text.lower(), text.replace(measure.decimal, "."))
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _readability(array: Any, measure: Measure) -> Readability:
    texts = [text for text in _texts(array) if text is not None]
    read = {text: _number(text, measure) for text in dict.fromkeys(texts)}
    odd = sorted(text for text, number in read.items() if number is None or _is_boolean(text))
    filled = [text for text in texts if text.strip() and not _is_missing(read[text])]
    numbers = sum(text not in set(odd) for text in filled)
    return Readability(len(filled), numbers, tuple(odd[:EXAMPLES]))


def _is_boolean(text: str) -> bool:
    return text.strip().lower() in {"true", "false"}


def _texts(array: Any) -> list[str | None]:
    """Values as text, None where they are missing."""
    values = shortest_decimals(array) if array.dtype.kind == "f" else array
    return [None if _is_missing(value) else str(value) for value in values.tolist()]


def _is_missing(value: Any) -> bool:
    """None, NaN, and pandas' NA, which does not say whether it equals itself."""
    try:
        return value is None or bool(value != value)
    except (TypeError, ValueError):  # ValueError: an array, which is some value
        return not isinstance(value, np.ndarray)


def _array(values: Any) -> Any:
    """Values as an array of numbers, texts, or objects: Python's own, not NumPy's.

    Raises `UserError` for durations and points in time, and for more dimensions than one.
    """
    try:
        array = np.asarray(values)
    except ValueError:  # lists of different lengths
        array = np.empty(len(values), dtype=object)
        array[:] = list(values)
    if isinstance(values, np.ma.MaskedArray):
        array = array.astype(object)
        array[np.ma.getmaskarray(values)] = None
    if array.dtype.kind in "mM":
        message = "the values are times, which have no PSI"
        raise UserError(message, "give what you would watch of them, such as the age in days")
    if array.ndim != 1:
        raise UserError(f"a window's values have one dimension, these have {array.ndim}")
    if array.dtype.kind in "biufU":
        return array
    return np.fromiter(map(_plain_value, array), dtype=object, count=array.size)


def _plain_value(value: Any) -> Any:
    """A value of an array of objects without the type that NumPy gave it."""
    if not isinstance(value, np.generic):
        return value
    return float(str(value)) if value.dtype.name in NARROW else value.item()


def _kind(array: Any) -> str:
    if array.dtype.kind in "iuf":
        return NUMBER
    if array.dtype.kind == "U":
        return TEXT
    present = [v for v in array.tolist() if not _is_missing(v)]
    for kind, types in KINDS.items():
        if all(isinstance(value, types) and not isinstance(value, bool) for value in present):
            return kind
    return NESTED if any(isinstance(value, KINDS[NESTED]) for value in present) else CATEGORY
