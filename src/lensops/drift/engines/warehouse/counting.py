"""The counting statements: numbers and flags of a window in one, all its categories in another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import ibis

from lensops.drift.binning import BinCounts, Binning, Counts, Measure
from lensops.drift.engines.warehouse import expressions
from lensops.drift.floats import narrow_cuts, narrow_text
from lensops.drift.text import VALUES, count_values, valid_json

Run = Callable[[Any], Iterator[dict[str, Any]]]  # runs a statement and gives its rows
GroupCounts = Iterator[tuple[str | None, str, Counts]]  # the group, the measure, its counts
KEY = "lensops_group"
STRIDE = 10_000  # between the codes of two measures
ABSENT, NAN, INFINITE = STRIDE - 1, STRIDE - 2, STRIDE - 3  # codes that are no bins
WIDTH = 50  # measures of one statement


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
