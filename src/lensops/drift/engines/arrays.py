"""The engine on arrays in memory: what the Python functions count with."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lensops.drift.engine import CATEGORY, NUMBER, Asked, Extremes, Rows
from lensops.drift.layout import Counts, Layout, Measure, Tally
from lensops.drift.psi import Shares
from lensops.drift.recipes import Extent
from lensops.drift.text import DERIVED
from lensops.errors import UserError


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

    def readable(
        self, rows: Rows, columns: Sequence[str]
    ) -> Mapping[str, tuple[int, int]]:  # asked of every engine
        return {}  # an array has a type

    def sample(self, rows: Rows, measures: Sequence[Measure], step: int) -> Mapping[str, Shares]:
        table = self._table(rows)
        taken = {m.name: _numbers(table[m.column][::step], m)[0] for m in measures}
        return {name: numbers[np.isfinite(numbers)] for name, numbers in taken.items()}

    def extents(self, rows: Rows, measures: Sequence[Measure]) -> Mapping[str, Extent | None]:
        sampled = self.sample(rows, measures, 1)
        return {
            name: Extent(values.size, float(values.min()), float(values.max()))
            if values.size
            else None
            for name, values in sampled.items()
        }

    def values(
        self, rows: Rows, measure: Measure, most: int, besides: Sequence[str] = ()
    ) -> list[tuple[str, int]]:
        known = set(besides)
        counted = Counter(v for v in _texts(self._table(rows)[measure.column]) if v is not None)
        ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        return [item for item in ordered if item[0] not in known][:most]

    def count(self, rows: Rows, asked: Asked) -> Mapping[str | None, Tally]:
        table = self._table(rows)
        return {None: {m.name: counts(table[m.column], m, at) for m, at in asked.layouts.items()}}

    def fingerprint(self, rows: Rows) -> str:
        digest = hashlib.sha256()
        for name, array in sorted(self._table(rows).items()):
            digest.update(f"{name}\0{array.size}\0{array[:1000].tolist()}".encode())
        return f"sha256:{digest.hexdigest()}"

    def _table(self, rows: Rows) -> dict[str, Any]:
        return self.tables[rows.source[0]]


def counts(array: Any, measure: Measure, layout: Layout) -> Counts:
    """The rows of an array in the cells of a layout."""
    if measure.how == "repeated":
        present = [text for text in _texts(array) if text is not None]
        distinct = len(set(present))
        return Counts((distinct, len(present) - distinct), array.size - len(present))
    if layout.kind == "flag":
        return _flags(array, measure)
    if layout.kind == "category":
        return _categories(array, layout)
    numbers, unreadable = _numbers(array, measure)
    return _cut(numbers, layout, unreadable)


def _cut(numbers: Shares, layout: Layout, unreadable: int) -> Counts:
    finite = numbers[np.isfinite(numbers)]
    at = np.searchsorted(np.asarray(layout.cut), finite, side="right")
    cells = np.bincount(at, minlength=len(layout.cut) + 1)
    infinite = int(np.isinf(numbers).sum())
    missing = numbers.size - finite.size - infinite - unreadable
    return Counts(tuple(int(cell) for cell in cells), missing, infinite, unreadable)


def _categories(array: Any, layout: Layout) -> Counts:
    counted = Counter(_texts(array))
    missing = counted.pop(None, 0)
    cells = [counted.pop(value, 0) for value in layout.values]
    return Counts((*cells, sum(counted.values())), missing)


def _flags(array: Any, measure: Measure) -> Counts:
    read, texts = DERIVED[measure.how].read, _texts(array)
    if measure.how == "empty":
        texts = [text or "" for text in texts]
    said = [bool(read(text)) for text in texts if text is not None]
    return Counts((len(said) - sum(said), sum(said)), len(texts) - len(said))


def _numbers(array: Any, measure: Measure) -> tuple[Shares, int]:
    """A measure as floats, NaN where there is none, and how many values are no numbers."""
    if measure.how != "value":
        read = DERIVED[measure.how].read
        derived = [np.nan if t is None else float(read(t)) for t in _texts(array)]
        return np.asarray(derived, dtype=np.float64), 0
    if array.dtype.kind in "biuf":
        return array.astype(np.float64), 0
    made = [_number(value) for value in array.tolist()]
    unreadable = sum(value is None for value in made)
    return np.asarray([np.nan if v is None else v for v in made], dtype=np.float64), unreadable


def _number(value: Any) -> float | None:
    """A value as a float, NaN where it is missing, None where it is no number."""
    if _missing(value) or (isinstance(value, str) and not value.strip()):
        return float("nan")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _texts(array: Any) -> list[str | None]:
    """Values as text, None where they are missing."""
    return [None if _missing(value) else _text(value) for value in array.tolist()]


def _missing(value: Any) -> bool:
    """None, NaN, and pandas' NA, which does not say whether it equals itself."""
    try:
        return value is None or bool(value != value)
    except TypeError:
        return True


def _text(value: Any) -> str:
    """A value as SQL writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _array(values: Any) -> Any:
    array = np.asarray(values)
    if isinstance(values, np.ma.MaskedArray):
        array = array.astype(object)
        array[np.ma.getmaskarray(values)] = None
    if array.dtype.kind in "mM":
        words = "the values are times, which have no PSI"
        raise UserError(words, "give what you would watch of them, such as the age in days")
    if array.ndim != 1:
        raise UserError(f"a window's values have one dimension, these have {array.ndim}")
    return array if array.dtype.kind in "biufUO" else array.astype(object)


def _kind(array: Any) -> str:
    if array.dtype.kind in "iuf":
        return NUMBER
    if array.dtype.kind == "O":
        present = [v for v in array.tolist() if not _missing(v)]
        numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in present)
        return NUMBER if numbers else CATEGORY
    return CATEGORY
