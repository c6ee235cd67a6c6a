"""The engine on DuckDB: each question of drift as one statement over the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from lensops.drift.binning import BinCounts, Binning, Counts, Measure, Tally, ValueCounts
from lensops.drift.engine import NUMBER, CountQuery, Extremes, Rows
from lensops.drift.engines.duckdb.counting import (
    Counting,
    commonest_values,
    value_counting,
)
from lensops.drift.engines.duckdb.digests import OpenFiles
from lensops.drift.engines.duckdb.readers import open_relation
from lensops.drift.engines.duckdb.session import (
    Session,
    column_kind,
    finite_values,
    group_name,
    in_parts,
    to_readability,
    to_utc,
    to_value_counts,
)
from lensops.drift.engines.duckdb.sources import resolve_source
from lensops.drift.engines.duckdb.sql import (
    Aggregate,
    Columns,
    Relation,
    Statement,
    category_sql,
    filled_count_sql,
    filled_sql,
    floats_of,
    number_count_sql,
    number_sql,
    odd_texts_sql,
)
from lensops.drift.engines.duckdb.windows import (
    draw_sql,
    first_texts,
    moment_sql,
    naive_texts,
    no_zone,
    window_conditions,
)
from lensops.drift.floats import narrow_text
from lensops.drift.psi import Shares
from lensops.drift.readability import Readability
from lensops.drift.recipes import Extent
from lensops.files import LocalTree


class DuckEngine:
    """Counts the files of a monitor. All its sources are named when it is made.

    `columns` are those that will be read, all without any. Raises `UserError` for files that are
    missing, of no known format, or outside the repository.
    """

    def __init__(
        self, folder: LocalTree, sources: Iterable[tuple[str, ...]], columns: Iterable[str] = ()
    ) -> None:
        self.folder, self.needed = folder, tuple(columns)
        self.sources = {source: resolve_source(source, folder) for source in sources}
        files = {file for source in self.sources.values() for file in source.files}
        self.files = OpenFiles(folder, files)
        self._relations: dict[tuple[str, ...], Relation] = {}

    @cached_property
    def session(self) -> Session:
        return Session(self.files.names, self.folder.root)

    def close(self) -> None:
        self.files.leave()
        if "session" in self.__dict__:
            self.session.close()

    def columns(self, rows: Rows) -> Mapping[str, str]:
        return {name: column_kind(column.type) for name, column in self._columns(rows).items()}

    def extremes(self, rows: Rows) -> Extremes:
        statement = Statement()
        if rows.time is None:
            return Extremes(int(self._select(rows, ["count(*)"], statement)[0]))
        columns = self._columns(rows)
        moment = f"epoch_us({moment_sql(rows, columns, statement)})"
        naive = f"count_if({naive_texts(rows, columns)})"
        aggregates = ["count(*)", f"count({moment})", f"min({moment})", f"max({moment})", naive]
        result = self._select(rows, aggregates, statement, or_timeless=True)
        count, timed, first, last, without_zone = result
        if without_zone:
            raise no_zone(rows.time)
        inside = timed if rows.is_bounded else count
        return Extremes(int(inside), to_utc(first), to_utc(last), int(count) - int(timed))

    def readable(self, rows: Rows, measures: Sequence[Measure]) -> Mapping[str, Readability]:
        filled, numbers = self._measure_each(rows, measures, filled_count_sql, number_count_sql)
        mixed = [m for m in measures if 0 < numbers[m.name] < filled[m.name]]
        (odd,) = self._measure_each(rows, mixed, odd_texts_sql)  # to rank texts costs most
        odd |= {m.name: self._texts(rows, m) for m in measures if numbers[m.name] == 0}
        return {name: to_readability(filled[name], numbers[name], odd.get(name)) for name in filled}

    def _texts(self, rows: Rows, measure: Measure) -> Sequence[str]:
        """A few texts of the first rows that have any."""
        statement, columns = Statement(), self._columns(rows)
        text = filled_sql(measure, columns[measure.column], statement)
        source = self._relation(rows).sql(statement)
        where = window_conditions(rows, columns, statement)
        sql = first_texts(source, text, where)
        return [str(text) for (text,) in self.session.rows(sql, statement.values)]

    def _measure_each(
        self, rows: Rows, measures: Sequence[Measure], *aggregates: Aggregate
    ) -> list[dict[str, Any]]:
        """Of each aggregate its results by the names of the measures, in one scan."""
        statement, columns = Statement(), self._columns(rows)
        calls = [each(m, columns[m.column], statement) for each in aggregates for m in measures]
        results = iter(self._select(rows, calls, statement) if calls else ())
        return [{measure.name: next(results) for measure in measures} for _ in aggregates]

    def sample(self, rows: Rows, measures: Sequence[Measure], step: int) -> Mapping[str, Shares]:
        samples: dict[str, Shares] = {}
        for part in in_parts(measures):
            samples |= self._sample_part(rows, part, step)
        return samples

    def _sample_part(self, rows: Rows, measures: Sequence[Measure], step: int) -> dict[str, Shares]:
        statement, columns = Statement(), self._columns(rows)
        source = self._relation(rows).sql(statement)
        source = f"{source} WHERE {window_conditions(rows, columns, statement)}"
        if step > 1:
            source = draw_sql(source, self._relation(rows).number, columns, step)
        values = [
            f"{number_sql(measure, columns[measure.column], statement)} AS f{index}"
            for index, measure in enumerate(measures)
        ]
        arrays = self.session.arrays(f"SELECT {', '.join(values)} FROM {source}", statement.values)
        kinds = [floats_of(measure, columns[measure.column]) for measure in measures]
        samples = (finite_values(arrays[f"f{index}"], kind) for index, kind in enumerate(kinds))
        return dict(zip([measure.name for measure in measures], samples, strict=True))

    def extents(self, rows: Rows, measures: Sequence[Measure]) -> Mapping[str, Extent | None]:
        statement, columns, aggregates = Statement(), self._columns(rows), []
        for measure in measures:
            number = number_sql(measure, columns[measure.column], statement)
            finite = f"FILTER (WHERE isfinite({number}))"
            aggregates += [f"{call}({number}) {finite}" for call in ("count", "min", "max")]
        result = self._select(rows, aggregates, statement) if aggregates else ()
        thirds = [result[index : index + 3] for index in range(0, len(result), 3)]
        extents: dict[str, Extent | None] = {}
        for measure, (n, *ends) in zip(measures, thirds, strict=True):
            kind = floats_of(measure, columns[measure.column])
            extents[measure.name] = (
                Extent(int(n), *finite_values(ends, kind).tolist()) if n else None
            )
        return extents

    def values(self, rows: Rows, measure: Measure, limit: int) -> list[tuple[str, int]]:
        statement, columns = Statement(), self._columns(rows)
        value, kind = category_sql(columns[measure.column]), ""
        if measure.kind == NUMBER:
            number = number_sql(measure, columns[measure.column], statement)
            value, kind = f"CAST({number} AS VARCHAR)", floats_of(measure, columns[measure.column])
        source = self._relation(rows).sql(statement)
        where = window_conditions(rows, columns, statement)
        text = commonest_values(source, value, where, statement.bind(limit))
        values = self.session.rows(text, statement.values)
        return [(narrow_text(str(value), kind), int(rows)) for value, rows in values]

    def count(self, rows: Rows, query: CountQuery) -> Mapping[str | None, Tally]:
        tallies: dict[str | None, dict[str, Counts]] = {}
        binned = [(measure, item) for measure, item in query.binnings.items() if item is not None]
        for part in in_parts(binned):
            for group, counts in self._count_bins(rows, query, dict(part)):
                tallies.setdefault(group, {}).update(counts)
        for measure, binning in query.binnings.items():
            if binning is None:
                for group, values in self._count_values(rows, query, measure):
                    tallies.setdefault(group, {})[measure.name] = values
        return tallies

    def _count_bins(
        self, rows: Rows, query: CountQuery, binnings: dict[Measure, Binning]
    ) -> Iterator[tuple[str | None, dict[str, BinCounts]]]:
        statement = Statement()
        counting = Counting(rows, query, binnings, self._columns(rows))
        text = counting.text(self._relation(rows).sql(statement), statement)
        for result in self.session.rows(text, statement.values):
            yield group_name(result[0]), counting.counts(result)

    def _count_values(
        self, rows: Rows, query: CountQuery, measure: Measure
    ) -> Iterator[tuple[str | None, ValueCounts]]:
        statement = Statement()
        source = self._relation(rows).sql(statement)
        columns = self._columns(rows)
        text = value_counting(rows, measure, query.group, columns, source, statement)
        groups: dict[str | None, list[tuple[Any, ...]]] = {}
        for result in self.session.rows(text, statement.values):
            groups.setdefault(group_name(result[0]), []).append(result)
        if not groups and not query.group:
            groups[None] = []
        for group, results in groups.items():
            yield group, to_value_counts(results, measure, columns[measure.column].floats)

    def fingerprint(self, rows: Rows) -> str:
        return self.files.fingerprint(self.sources[rows.source].files)

    def _select(
        self, rows: Rows, aggregates: list[str], statement: Statement, *, or_timeless: bool = False
    ) -> tuple[Any, ...]:
        """One row of aggregates over a window."""
        source = self._relation(rows).sql(statement)
        where = window_conditions(rows, self._columns(rows), statement, or_timeless=or_timeless)
        text = f"SELECT {', '.join(aggregates)} FROM {source} WHERE {where}"
        return self.session.rows(text, statement.values)[0]

    def _columns(self, rows: Rows) -> Columns:
        return self._relation(rows).columns

    def _relation(self, rows: Rows) -> Relation:
        if rows.source not in self._relations:
            table, source = f"t{len(self._relations)}", self.sources[rows.source]
            self._relations[rows.source] = open_relation(source, self.session, table, self.needed)
        return self._relations[rows.source]
