"""The counting statement: one scan of one window, every feature's cells in one row a group."""

from __future__ import annotations

from typing import Any

from lensops.drift.engine import NOWHERE, OTHERS, Asked, Group, Rows
from lensops.drift.engines.duckdb import expressions
from lensops.drift.engines.duckdb.cells import Column, column
from lensops.drift.engines.duckdb.conditions import conditions
from lensops.drift.engines.duckdb.statement import Statement
from lensops.drift.engines.duckdb.times import moment
from lensops.drift.layout import Tally


class Counting:
    """Writes the statement for what is asked, and reads its result."""

    def __init__(self, rows: Rows, asked: Asked, types: dict[str, str]) -> None:
        self.rows, self.group, self.types = rows, asked.group, types
        self.columns: dict[str, Column] = {
            measure.name: column(measure, layout, types[measure.column])
            for measure, layout in asked.layouts.items()
        }

    def text(self, source: str, statement: Statement) -> str:
        """The whole statement; `source` is what stands after the inner FROM."""
        inner, outer = [], []
        for place, made in enumerate(self.columns.values()):
            inner += made.inner(f"f{place}")
            outer += made.outer(f"f{place}", statement)
        key = _key(self.group, self.rows, self.types, statement) if self.group else "NULL"
        selected = ", ".join([f"{key} AS g", *inner])
        where = conditions(self.rows, self.types, statement)
        window = f"SELECT {selected} FROM {source} WHERE {where}"
        grouped = " GROUP BY g" if self.group else ""
        keyed = "g" if self.group else "NULL"
        return f"SELECT {', '.join([keyed, 'count(*)', *outer])} FROM ({window}){grouped}"

    def tallies(self, results: list[tuple[Any, ...]]) -> dict[str | None, Tally]:
        """The counts of each group by the names of the measures."""
        return {
            None if row[0] is None else str(row[0]): self._tally(row[1], row[2:]) for row in results
        }

    def _tally(self, rows: int, results: tuple[Any, ...]) -> Tally:
        tally, statement = {}, Statement()
        for name, made in self.columns.items():
            width = len(made.outer("f", statement))
            tally[name] = made.counts(rows, results[:width])
            results = results[width:]
        return tally


def _key(group: Group, rows: Rows, types: dict[str, str], statement: Statement) -> str:
    if group.kind == "time" and rows.time is not None and group.start is not None:
        at = moment(rows.time, types[rows.time], rows.timezone, statement)
        start = f"epoch_us(CAST({statement.bind(group.start.isoformat())} AS TIMESTAMPTZ))"
        width = statement.bind(int(group.size * 1_000_000))
        return f"CAST((epoch_us({at}) - {start}) // {width} AS VARCHAR)"
    if group.kind == "rows":
        return f"CAST((row_number() OVER () - 1) // {statement.bind(int(group.size))} AS VARCHAR)"
    value = expressions.text(group.column)
    kept = f"list_contains({statement.bind(list(group.keep))}::VARCHAR[], {value})"
    missing, others = statement.bind(NOWHERE), statement.bind(OTHERS)
    return f"CASE WHEN {value} IS NULL THEN {missing} WHEN {kept} THEN {value} ELSE {others} END"
