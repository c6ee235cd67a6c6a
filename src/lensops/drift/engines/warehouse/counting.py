"""The counting statements: numbers and flags of a window in one, each category in one more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lensops.drift.engines.warehouse import expressions
from lensops.drift.engines.warehouse.cells import Column, column
from lensops.drift.layout import Counts, Layout, Measure
from lensops.drift.text import valid_json

Asking = Callable[[Any], Iterator[dict[str, Any]]]  # runs a statement and gives its rows
Counted = Iterator[tuple[str | None, str, Counts]]  # the group, the measure, its counts
KEY = "lensops_group"
WIDTH = 1_000  # aggregates of one statement: PostgreSQL takes 1,664, others fewer


def counted(
    window: Any, key: Any, layouts: Mapping[Measure, Layout], engine: str, ask: Asking
) -> Counted:
    """The counts of every measure by group. `key` is the group's expression, or None."""
    plain: dict[Measure, Layout] = {}
    for measure, layout in layouts.items():
        if layout.kind == "category":
            yield from _categories(window, key, measure, layout, ask)
        elif measure.how == "valid_json":
            yield from _valid_json(window, key, measure, ask)
        else:
            plain[measure] = layout
    for part in _parts(plain):
        yield from _together(window, key, part, engine, ask)


def _parts(layouts: Mapping[Measure, Layout]) -> Iterator[dict[Measure, Layout]]:
    """Measures that fit into one statement; nearly always that is all of them."""
    part: dict[Measure, Layout] = {}
    width = 0
    for measure, layout in layouts.items():
        own = len(layout.cut) + 4
        if part and width + own > WIDTH:
            yield part
            part, width = {}, 0
        part[measure] = layout
        width += own
    if part:
        yield part


def _together(
    window: Any, key: Any, layouts: Mapping[Measure, Layout], engine: str, ask: Asking
) -> Counted:
    columns = {m: column(window, m, layout, engine) for m, layout in layouts.items()}
    inner: dict[str, Any] = {}
    for place, made in enumerate(columns.values()):
        inner |= made.inner(window, f"f{place}")
    table = _keyed(window, key, inner)
    wanted = [made.outer(table, f"f{place}") for place, made in enumerate(columns.values())]
    flat = {f"a{at}": each for at, each in enumerate(each for one in wanted for each in one)}
    for row in ask(_grouped(table, key).aggregate(rows=table.count(), **flat)):
        results = [int(row[name] or 0) for name in flat]
        yield from _read(row.get(KEY), int(row["rows"]), results, columns, wanted)


def _read(
    group: str | None,
    rows: int,
    results: list[int],
    columns: Mapping[Measure, Column],
    wanted: list[list[Any]],
) -> Counted:
    at = 0
    for (measure, made), each in zip(columns.items(), wanted, strict=True):
        yield group, measure.name, made.counts(rows, results[at : at + len(each)])
        at += len(each)


def _categories(window: Any, key: Any, measure: Measure, layout: Layout, ask: Asking) -> Counted:
    """Rows by listed value; all others, and those without a value, come back under NULL."""
    text = expressions.text(window, measure.column)
    listed = text.isin(layout.values) if layout.values else text.isnull() & text.notnull()
    table = _keyed(window, key, {"v": text, "listed": listed.ifelse(text, None)})
    names = [KEY, "listed"] if key is not None else ["listed"]
    found: dict[str | None, dict[str, int]] = {}
    others: dict[str | None, tuple[int, int]] = {}
    for row in ask(table.group_by(names).aggregate(rows=table.count(), filled=table.v.count())):
        group, rows = row.get(KEY), int(row["rows"])
        found.setdefault(group, {})
        if row["listed"] is None:
            others[group] = int(row["filled"]), rows - int(row["filled"])
        else:
            found[group][str(row["listed"])] = rows
    for group, times in found.items():
        rest, missing = others.get(group, (0, 0))
        cells = (*(times.get(value, 0) for value in layout.values), rest)
        yield group, measure.name, Counts(cells, missing)


def _valid_json(window: Any, key: Any, measure: Measure, ask: Asking) -> Counted:
    """Engines do not agree on what JSON is: texts that look like it are read and judged here."""
    text = expressions.text(window, measure.column)
    table = _keyed(window, key, {"v": text})
    alike = table.filter(table.v.strip().left(1).isin(["{", "["]))
    names = [KEY, "v"] if key is not None else ["v"]
    valid: Counter[str | None] = Counter()
    for row in ask(alike.group_by(names).aggregate(rows=alike.count())):
        valid[row.get(KEY)] += int(row["rows"]) if valid_json(row["v"]) else 0
    totals = _grouped(table, key).aggregate(rows=table.count(), filled=table.v.count())
    for row in ask(totals):
        group, filled = row.get(KEY), int(row["filled"])
        cells = (filled - valid[group], valid[group])
        yield group, measure.name, Counts(cells, int(row["rows"]) - filled)


def _keyed(window: Any, key: Any, columns: dict[str, Any]) -> Any:
    return window.select(**columns, **({} if key is None else {KEY: key}))


def _grouped(table: Any, key: Any) -> Any:
    return table if key is None else table.group_by(KEY)
