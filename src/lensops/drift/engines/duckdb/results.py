"""What DuckDB's answers mean: counts, samples, kinds of columns, times, identities of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import numpy as np

from lensops.drift.binning import Measure, ValueCounts
from lensops.drift.engine import CATEGORY, DURATION, NESTED, NUMBER, TEXT, TIME
from lensops.drift.engines.duckdb.sql import EXAMPLES, INTERVAL, is_nested, is_number, is_text
from lensops.drift.floats import from_widened, narrow_text
from lensops.drift.psi import Shares
from lensops.drift.readability import Readability
from lensops.drift.text import count_values
from lensops.errors import UserError

Item = TypeVar("Item")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
WIDTH = 50  # measures of one statement: memory grows with the columns that are read together


def to_value_counts(results: list[tuple[Any, ...]], measure: Measure, floats: str) -> ValueCounts:
    """The counts of one group: rows of key, value, count, and rows with any value."""
    listed = {value.strip() for value in measure.missing}
    missing = sum(int(n) for _, value, n, _ in results if value is None)
    filled = next((int(total or 0) for *_, total in results), 0)
    values = [(narrow_text(str(v), floats), int(n)) for _, v, n, _ in results if v is not None]
    absent = sum(n for value, n in values if value.strip() in listed)
    present = [(value, n) for value, n in values if value.strip() not in listed]
    raw = measure.derivation == "repeated"
    return count_values(present, filled - absent, missing + absent, raw=raw)


def to_readability(filled: int, numbers: int, odd: Sequence[str] | None) -> Readability:
    examples = dict.fromkeys(str(example) for example in odd or ())
    return Readability(filled, numbers, tuple(examples)[:EXAMPLES])


def finite_values(array: Any, floats: str) -> Shares:
    """The finite values of a column as DuckDB gives it, doubles that may have been narrower."""
    values = np.ma.filled(np.ma.asarray(array, dtype=np.float64), np.nan)
    return from_widened(values[np.isfinite(values)], floats)


def group_name(key: Any) -> str | None:
    return None if key is None else str(key)


def in_parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """As many as one statement counts; nearly always that is all of them."""
    for start in range(0, len(items), WIDTH):
        yield items[start : start + WIDTH]


def column_kind(kind: str) -> str:
    if is_nested(kind):
        return NESTED
    if kind == INTERVAL:
        return DURATION
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return TIME
    if is_number(kind) and kind != "BOOLEAN":
        return NUMBER
    return TEXT if is_text(kind) else CATEGORY


def to_utc(microseconds: int | None) -> datetime | None:
    """UTC; the last microsecond that there is has none behind it to end a window at."""
    if microseconds is None:
        return None
    try:
        moment = EPOCH + timedelta(microseconds=int(microseconds))
    except OverflowError:
        moment = None
    if moment is None or moment == LAST:
        raise UserError("a row has a time outside of the years 1 to 9999", "fix or filter it")
    return moment
