"""The engine on a warehouse: each question of drift as ibis expressions over one table."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ibis

from lensops.drift.binning import Counts, Measure, Tally
from lensops.drift.engine import (
    CATEGORY,
    DURATION,
    NESTED,
    NUMBER,
    TIME,
    UNKNOWN,
    CountQuery,
    Extremes,
    Rows,
)
from lensops.drift.engines.warehouse import expressions
from lensops.drift.engines.warehouse.counting import all_values, count_window, every_step
from lensops.drift.engines.warehouse.driver_errors import CannotCount, DriverErrors
from lensops.drift.engines.warehouse.server import Server, open_table
from lensops.drift.engines.warehouse.windows import in_utc, key, moment, window
from lensops.drift.floats import from_widened, narrow_text
from lensops.drift.psi import Shares
from lensops.drift.readability import Readability
from lensops.drift.recipes import Extent
from lensops.errors import UserError


class WarehouseEngine:
    """Counts tables of one connection. Names reach the engine as quoted identifiers only."""

    def __init__(self, server: Server, errors: DriverErrors) -> None:
        self.server, self.errors = server, errors
        self._tables: dict[str, Any] = {}

    def open_tables(self, names: Sequence[str]) -> None:
        """Look the tables up. Raises `UserError` for one that is not there."""
        for name in names:
            self._tables[name] = open_table(name, self.server, self.errors)

    def close(self) -> None:
        self.server.close()

    def columns(self, rows: Rows) -> Mapping[str, str]:
        return {name: _kind(kind) for name, kind in self._table(rows).schema().items()}

    def extremes(self, rows: Rows) -> Extremes:
        table = self._table(rows)
        if rows.time is None:
            (result,) = self._result_rows(window(table, rows).aggregate(rows=ibis._.count()))
            return Extremes(int(result["rows"]))
        cut = window(table, rows, or_timeless=True)
        time = moment(cut, rows)
        aggregates = {"timed": time.count(), "first": time.min(), "last": time.max()}
        (result,) = self._result_rows(cut.aggregate(rows=cut.count(), **aggregates))
        count, timed = int(result["rows"]), int(result["timed"])
        first, last = in_utc(result["first"], rows), in_utc(result["last"], rows)
        return Extremes(timed if rows.is_bounded else count, first, last, count - timed)

    def readable(self, rows: Rows, measures: Sequence[Measure]) -> Mapping[str, Readability]:
        return {}  # a table's columns have types

    def sample(self, rows: Rows, measures: Sequence[Measure], step: int) -> Mapping[str, Shares]:
        cut = window(self._table(rows), rows)
        values = {measure.name: self._finite(cut, measure) for measure in measures}
        if not values:
            return {}
        extents = self.extents(rows, measures) if step > 1 else {}
        with self._naming_columns(cut, measures), self.errors.counting():
            if step == 1:
                samples = all_values(cut, values, self.server.batches)
            else:
                samples = every_step(cut, values, step, extents, self.server.batches)
        kinds = {measure.name: expressions.floats_of(cut, measure) for measure in measures}
        return {name: from_widened(sample, kinds[name]) for name, sample in samples.items()}

    def extents(self, rows: Rows, measures: Sequence[Measure]) -> Mapping[str, Extent | None]:
        cut = window(self._table(rows), rows)
        calls = {"n": "count", "low": "min", "high": "max"}
        aggregates = {
            f"{name}{index}": getattr(self._finite(cut, measure), call)()
            for index, measure in enumerate(measures)
            for name, call in calls.items()
        }
        with self._naming_columns(cut, measures):
            (result,) = self._result_rows(cut.aggregate(**aggregates)) if aggregates else ({},)
        extents: dict[str, Extent | None] = {}
        for index, measure in enumerate(measures):
            count, *ends = (result[f"{name}{index}"] for name in calls)
            floats = expressions.floats_of(cut, measure)
            extents[measure.name] = (
                Extent(int(count), *from_widened(ends, floats).tolist()) if count else None
            )
        return extents

    def values(self, rows: Rows, measure: Measure, limit: int) -> list[tuple[str, int]]:
        cut = window(self._table(rows), rows)
        is_number = measure.kind == NUMBER
        value = (
            self._finite(cut, measure) if is_number else expressions.category(cut, measure.column)
        )
        table = cut.select(v=value).filter(ibis._.v.notnull())
        counts = table.group_by("v").aggregate(n=table.count())
        ranked = counts.order_by(ibis.desc("n"), "v").limit(limit)
        floats = expressions.floats_of(cut, measure) if is_number else ""
        values = [
            (narrow_text(str(row["v"]), floats), int(row["n"])) for row in self._result_rows(ranked)
        ]
        return sorted(values, key=lambda value: (-value[1], value[0]))

    def count(self, rows: Rows, query: CountQuery) -> Mapping[str | None, Tally]:
        cut = window(self._table(rows), rows)
        group = key(cut, rows, query.group) if query.group else None
        tallies: dict[str | None, dict[str, Counts]] = {}
        with self._naming_columns(cut, tuple(query.binnings)):
            for name, measure, counts in count_window(
                cut, group, query.binnings, self.server.name, self._result_rows
            ):
                tallies.setdefault(name, {})[measure] = counts
        return tallies

    def fingerprint(self, rows: Rows) -> str:
        table = self._table(rows)
        (result,) = self._result_rows(table.aggregate(rows=table.count()))
        text = f"{rows.source[0]}\0{table.schema()}\0{result['rows']}"
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

    def _finite(self, table: Any, measure: Measure) -> Any:
        value = expressions.number(table, measure, self.server.name)
        return expressions.finite(value, may_not_be=expressions.is_floating(table, measure))

    @contextlib.contextmanager
    def _naming_columns(self, cut: Any, measures: Sequence[Measure]) -> Iterator[None]:
        """A server's complaint about a statement, as one about the column that brings it about."""
        try:
            yield
        except CannotCount as error:
            for measure in measures:
                self._try_column(cut, measure, error)
            raise

    def _try_column(self, cut: Any, measure: Measure, error: CannotCount) -> None:
        """Raise `UserError` when a measure cannot be counted by itself."""
        is_number = measure.kind == NUMBER
        value = self._finite(cut, measure) if is_number else expressions.text(cut, measure.column)
        try:
            list(self._result_rows(cut.aggregate(n=value.count())))
        except CannotCount:
            hint = "declare another `kind:`, or cast the column in a view"
            raise UserError(f"column {measure.column!r}: {error.message}", hint) from None

    def _result_rows(self, expression: Any) -> Iterator[dict[str, Any]]:
        """The rows of a statement's result, as they arrive."""
        with self.errors.counting():
            for batch in self.server.batches(expression):
                yield from batch.to_pylist()

    def _table(self, rows: Rows) -> Any:
        name = rows.source[0]
        if name not in self._tables:
            self.open_tables([name])
        return self._tables[name]


def _kind(kind: Any) -> str:
    if kind.is_timestamp() or kind.is_date():
        return TIME
    if kind.is_unknown():
        return UNKNOWN
    if kind.is_interval():
        return DURATION
    if kind.is_nested() or kind.is_binary() or kind.is_json():
        return NESTED
    return NUMBER if kind.is_numeric() and not kind.is_boolean() else CATEGORY
