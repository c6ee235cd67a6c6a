"""The statements of counting, numbers and flags in one, categories in another, and of samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import ibis
import numpy as np

from lensops.drift.binning import BinCounts, Binning, Counts, Measure
from lensops.drift.engines.warehouse import expressions
from lensops.drift.floats import narrow_cuts, narrow_text
from lensops.drift.psi import Shares
from lensops.drift.recipes import Extent
from lensops.drift.text import VALUES, count_values, valid_json

Run = Callable[[Any], Iterator[dict[str, Any]]]  # runs a statement and gives its rows
GroupCounts = Iterator[tuple[str | None, str, Counts]]  # the group, the measure, its counts
KEY = "lensops_group"
STRIDE = 10_000  # between the codes of two measures
ABSENT, NAN, INFINITE = STRIDE - 1, STRIDE - 2, STRIDE - 3  # codes that are no bins
WIDTH = 50  # measures of one statement
STRETCHES = 64  # parts that are sorted by themselves, so that an engine can share them out
Batches = Callable[[Any], Iterable[Any]]


def count_window(
    window: Any, key: Any, binnings: Mapping[Measure, Binning | None], engine: str, run: Run
) -> GroupCounts:
    """The counts of every measure by group. `key` is the group's expression, or None."""
    values = [measure for measure, binning in binnings.items() if binning is None]
    documents = [m for m in binnings if m.derivation == "valid_json"]
    binned = {m: b for m, b in binnings.items() if b is not None and m not in documents}
    for part in _parts(list(binned)):
        yield from _count_codes(window, key, {m: binned[m] for m in part}, engine, run)
    for part in _parts(values):
        yield from _count_values(window, key, part, run)
    for measure in documents:
        yield from _count_documents(window, key, measure, run)


def _parts(measures: Sequence[Measure]) -> Iterator[Sequence[Measure]]:
    for start in range(0, len(measures), WIDTH):
        yield measures[start : start + WIDTH]


def _count_codes(
    window: Any, key: Any, binnings: Mapping[Measure, Binning], engine: str, run: Run
) -> GroupCounts:
    """One scan: each row becomes a number a measure, its bin, and these are counted."""
    codes = [
        (_code(window, measure, binning, engine) + index * STRIDE).cast("int64")
        for index, (measure, binning) in enumerate(binnings.items())
    ]
    table = _with_key(window, key, {"code": ibis.array(codes).unnest()})
    groups: dict[str | None, Counter[int]] = {}
    for row in run(table.group_by(_names(key, "code")).aggregate(n=table.count())):
        groups.setdefault(row.get(KEY), Counter())[int(row["code"])] += int(row["n"])
    if not groups and key is None:
        groups[None] = Counter()
    for group, counter in groups.items():
        for index, (measure, binning) in enumerate(binnings.items()):
            yield group, measure.name, _bin_counts(counter, index * STRIDE, binning)


def _code(window: Any, measure: Measure, binning: Binning, engine: str) -> Any:
    if binning.kind == "flag":
        flag = expressions.flag(window, measure, engine)
        blank = expressions.text(window, measure.column).isnull()
        no = 0 if measure.derivation == "empty" else ibis.ifelse(blank, ABSENT, 0)
        return ibis.ifelse(flag, 1, no)
    value = expressions.number(window, measure, engine)
    cuts = narrow_cuts(binning.cuts, expressions.floats_of(window, measure))
    bin_index = _search(value, cuts, 0, len(cuts))
    if not expressions.is_floating(window, measure):
        return ibis.cases((value.isnull(), ABSENT), else_=bin_index)
    return ibis.cases(
        (value.isnull(), ABSENT),
        (value.isnan(), NAN),
        (expressions.is_infinite(value), INFINITE),
        else_=bin_index,
    )


def _search(value: Any, cuts: Sequence[float], low: int, high: int) -> Any:
    """The number of cuts that are not above the value, by halving: six comparisons a row."""
    if low == high:
        return ibis.literal(low, "int64")
    middle = (low + high) // 2
    left = _search(value, cuts, low, middle)
    right = _search(value, cuts, middle + 1, high)
    return ibis.ifelse(value < ibis.literal(cuts[middle], "float64"), left, right)


def _bin_counts(counter: Counter[int], base: int, binning: Binning) -> BinCounts:
    count = 2 if binning.kind == "flag" else len(binning.cuts) + 1
    bins = tuple(counter[base + index] for index in range(count))
    return BinCounts(bins, counter[base + ABSENT] + counter[base + NAN], counter[base + INFINITE])


def _count_values(window: Any, key: Any, measures: Sequence[Measure], run: Run) -> GroupCounts:
    """The commonest values of each measure and group, and the rows that have any."""
    parts = [_ranked_values(window, key, index, m) for index, m in enumerate(measures)]
    statement = parts[0] if len(parts) == 1 else ibis.union(*parts, distinct=False)
    groups: dict[str | None, dict[int, list[dict[str, Any]]]] = {}
    for row in run(statement):
        results = groups.setdefault(row.get(KEY), {}).setdefault(int(row["measure"]), [])
        results.append(row)
    if not groups and key is None:
        groups[None] = {}
    for group, by_measure in groups.items():
        for index, measure in enumerate(measures):
            kind = window[measure.column].type()
            rows = [{**row, "v": _spelled(row["v"], kind)} for row in by_measure.get(index, [])]
            yield group, measure.name, _value_counts(rows, measure)


def _ranked_values(window: Any, key: Any, index: int, measure: Measure) -> Any:
    text = expressions.without_nan(window, measure.column)
    table = _with_key(window, key, {"v": text})
    counts = table.group_by(_names(key, "v")).aggregate(n=table.count())
    groups = [counts[KEY]] if key is not None else []
    rank = ibis.row_number().over(
        group_by=[*groups, counts.v.isnull()], order_by=[ibis.desc("n"), counts.v]
    )
    total = counts.n.sum().over(group_by=[*groups, counts.v.isnull()])
    ranked = counts.mutate(measure=ibis.literal(index, "int64"), rank=rank, total=total)
    chosen = ranked.filter(ranked["rank"] < VALUES + 1)
    return chosen.select(*_names(key, "v"), "n", "measure", "total")


def _spelled(value: str | None, kind: Any) -> str | None:
    """A number as Python writes it: engines differ in exponents, infinities and ending zeros."""
    if value is None or not (kind.is_floating() or kind.is_decimal()):
        return value
    number = Decimal(value)
    if kind.is_decimal() and number.is_finite():
        return f"{number:f}"
    return narrow_text(repr(float(value)), str(kind.copy(nullable=True)))


def _value_counts(rows: list[dict[str, Any]], measure: Measure) -> Counts:
    listed = {value.strip() for value in measure.missing}
    missing = sum(int(row["n"]) for row in rows if row["v"] is None)
    filled = next((int(row["total"]) for row in rows if row["v"] is not None), 0)
    values = [(str(row["v"]), int(row["n"])) for row in rows if row["v"] is not None]
    absent = sum(n for value, n in values if value.strip() in listed)
    present = [(value, n) for value, n in values if value.strip() not in listed]
    raw = measure.derivation == "repeated"
    return count_values(present, filled - absent, missing + absent, raw=raw)


def _count_documents(window: Any, key: Any, measure: Measure, run: Run) -> GroupCounts:
    """Engines do not agree on what JSON is: texts that look like it are read and judged here."""
    text = expressions.text(window, measure.column)
    table = _with_key(window, key, {"v": text})
    alike = table.filter(table.v.strip().left(1).isin(["{", "["]))
    valid: Counter[str | None] = Counter()
    for row in run(alike.group_by(_names(key, "v")).aggregate(rows=alike.count())):
        valid[row.get(KEY)] += int(row["rows"]) if valid_json(row["v"]) else 0
    grouped = table if key is None else table.group_by(KEY)
    for row in run(grouped.aggregate(rows=table.count(), filled=table.v.count())):
        group, filled = row.get(KEY), int(row["filled"])
        bins = (filled - valid[group], valid[group])
        yield group, measure.name, BinCounts(bins, int(row["rows"]) - filled)


def _with_key(window: Any, key: Any, columns: dict[str, Any]) -> Any:
    return window.select(**columns, **({} if key is None else {KEY: key}))


def _names(key: Any, name: str) -> list[str]:
    return [name] if key is None else [KEY, name]


def all_values(window: Any, values: Mapping[str, Any], batches: Batches) -> dict[str, Shares]:
    """All finite values of several measures, read by one statement."""
    table = window.select(**{f"f{index}": value for index, value in enumerate(values.values())})
    parts = list(batches(table))
    return {name: _array(parts, index) for index, name in enumerate(values)}


def every_step(
    window: Any,
    values: Mapping[str, Any],
    step: int,
    extents: Mapping[str, Extent | None],
    batches: Batches,
) -> dict[str, Shares]:
    """Every `step`-th finite value of several measures, read by one statement.

    A table has no order of rows, so the order is that of the values: the same on every run, and
    spread over the whole distribution.
    """
    parts = [
        _step_sample(window, value, step, extent, index)
        for index, (name, value) in enumerate(values.items())
        if (extent := extents[name]) is not None
    ]
    samples: dict[str, list[float]] = {name: [] for name in values}
    names = list(values)
    statement = ibis.union(*parts, distinct=False) if len(parts) > 1 else (parts or [None])[0]
    for batch in batches(statement) if statement is not None else ():
        for index, x in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
            samples[names[index]].append(x)
    return {name: np.sort(np.asarray(sample, np.float64)) for name, sample in samples.items()}


def _step_sample(window: Any, value: Any, step: int, extent: Extent, index: int) -> Any:
    table = window.select(x=value).filter(ibis._.x.notnull())
    half = (extent.high / 2 - extent.low / 2) / STRETCHES or 1.0  # halved: huge numbers stay finite
    stretch = ((table.x / 2 - extent.low / 2) / half).floor()
    place = ibis.row_number().over(group_by=stretch, order_by=table.x)
    numbered = table.mutate(place=place, measure=ibis.literal(index, "int64"))
    return numbered.filter(numbered.place % step == step // 2).select("measure", "x")


def _array(batches: Iterable[Any], column: int) -> Shares:
    """A column of a result in its order, without rows that have no value."""
    parts = [batch.column(column).to_numpy(zero_copy_only=False) for batch in batches]
    values = np.concatenate([np.empty(0), *parts]).astype(np.float64)
    present: Shares = np.sort(values[~np.isnan(values)])
    return present
