"""The engine on DuckDB: each question of drift as one statement over the files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from lensops.drift.engine import CATEGORY, NUMBER, TEXT, TIME, Asked, Extremes, Rows
from lensops.drift.engines.duckdb import expressions, sampling, times
from lensops.drift.engines.duckdb.conditions import conditions
from lensops.drift.engines.duckdb.counting import Counting
from lensops.drift.engines.duckdb.files import resolve
from lensops.drift.engines.duckdb.readers import ROW, numbered, reading, types_of
from lensops.drift.engines.duckdb.session import Session
from lensops.drift.engines.duckdb.statement import Statement, quoted
from lensops.drift.layout import Counts, Measure, Tally
from lensops.drift.psi import Shares
from lensops.drift.recipes import Extent
from lensops.errors import UserError
from lensops.files import LocalTree

Item = TypeVar("Item")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
WIDTH = 50  # measures of one statement: memory grows with the columns that are read together
ENDS = 65_536  # bytes of a file's beginning and end that its fingerprint reads


class DuckEngine:
    """Counts the files of a monitor. All its sources are named when it is made.

    Raises `UserError` for files that are missing, of no known format, or outside the repository.
    """

    def __init__(self, folder: LocalTree, sources: Iterable[tuple[str, ...]]) -> None:
        self.folder = folder
        self.sources = {source: resolve(source, folder) for source in sources}
        self._types: dict[tuple[str, ...], dict[str, str]] = {}

    @cached_property
    def session(self) -> Session:
        files = [file for source in self.sources.values() for file in source.files]
        return Session(files, self.folder.root)

    def close(self) -> None:
        if "session" in self.__dict__:
            self.session.close()

    def columns(self, rows: Rows) -> Mapping[str, str]:
        untyped = self.sources[rows.source].form != "parquet"
        return {name: _kind(kind, untyped) for name, kind in self._types_of(rows).items()}

    def extremes(self, rows: Rows) -> Extremes:
        statement = Statement()
        if rows.time is None:
            return Extremes(int(self._select(rows, ["count(*)"], statement)[0]))
        kind = self._types_of(rows)[rows.time]
        at = f"epoch_us({times.moment(rows.time, kind, rows.timezone, statement)})"
        naive = times.naive_texts(rows.time, kind, rows.timezone)
        wanted = ["count(*)", f"count({at})", f"min({at})", f"max({at})", f"sum(({naive})::INT)"]
        found = self._select(rows, wanted, statement, or_timeless=True)
        count, timed, first, last, without_zone = found
        if without_zone:
            raise times.no_zone(rows.time)
        inside = timed if rows.bounded else count
        return Extremes(int(inside), _time(first), _time(last), int(count) - int(timed))

    def readable(self, rows: Rows, columns: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        wanted = []
        for name in columns:
            wanted.append(f"count({expressions.filled(name)})")
            wanted.append(f"count(TRY_CAST({quoted(name)} AS DOUBLE))")
        found = self._select(rows, wanted, Statement()) if wanted else ()
        return {
            name: (int(found[2 * at]), int(found[2 * at + 1])) for at, name in enumerate(columns)
        }

    def sample(self, rows: Rows, measures: Sequence[Measure], step: int) -> Mapping[str, Shares]:
        found: dict[str, Shares] = {}
        for part in _parts(measures):
            found |= self._sampled(rows, part, step)
        return found

    def _sampled(self, rows: Rows, measures: Sequence[Measure], step: int) -> dict[str, Shares]:
        statement, types, source = Statement(), self._types_of(rows), self.sources[rows.source]
        if step > 1 and self._is_one_whole_file(rows):
            blocks = sampling.blocks(self.extremes(rows).rows, step, statement)
            after_from = f"(SELECT * FROM {numbered(source, statement)} WHERE {blocks})"
            step = 1
        else:
            after_from = reading(source, self._needed(rows, measures), statement)
        text = sampling.text(rows, measures, step, types, after_from, statement)
        arrays = self.session.arrays(text, statement.values)
        return {m.name: sampling.finite(arrays[f"f{at}"]) for at, m in enumerate(measures)}

    def extents(self, rows: Rows, measures: Sequence[Measure]) -> Mapping[str, Extent | None]:
        wanted = []
        for measure in measures:
            number = expressions.number(measure, self._types_of(rows)[measure.column])
            kept = f"FILTER (WHERE isfinite({number}))"
            wanted += [f"{call}({number}) {kept}" for call in ("count", "min", "max")]
        found = self._select(rows, wanted, Statement()) if wanted else ()
        thirds = [found[at : at + 3] for at in range(0, len(found), 3)]
        made = [Extent(int(n), float(low), float(high)) if n else None for n, low, high in thirds]
        return {measure.name: extent for measure, extent in zip(measures, made, strict=True)}

    def values(
        self, rows: Rows, measure: Measure, most: int, besides: Sequence[str] = ()
    ) -> list[tuple[str, int]]:
        statement = Statement()
        kind = self._types_of(rows)[measure.column]
        value = expressions.text(measure.column)
        if measure.kind == NUMBER:
            value = f"CAST({expressions.number(measure, kind)} AS VARCHAR)"
        source = reading(self.sources[rows.source], self._needed(rows, [measure]), statement)
        where = conditions(rows, self._types_of(rows), statement)
        known = f"list_contains({statement.bind(list(besides))}::VARCHAR[], v)"
        text = (
            f"SELECT v, count(*) FROM (SELECT {value} AS v FROM {source} WHERE {where})"
            f" WHERE v IS NOT NULL AND NOT {known} GROUP BY v ORDER BY count(*) DESC, v"
            f" LIMIT {statement.bind(most)}"
        )
        return [(str(row[0]), int(row[1])) for row in self.session.rows(text, statement.values)]

    def count(self, rows: Rows, asked: Asked) -> Mapping[str | None, Tally]:
        tallies: dict[str | None, dict[str, Counts]] = {}
        for part in _parts(list(asked.layouts.items())):
            counted = self._counted(rows, Asked(dict(part), asked.group))
            for group, tally in counted.items():
                tallies.setdefault(group, {}).update(tally)
        return tallies

    def _counted(self, rows: Rows, asked: Asked) -> Mapping[str | None, Tally]:
        statement = Statement()
        counting = Counting(rows, asked, self._types_of(rows))
        extra = [asked.group.column] if asked.group and asked.group.column else []
        columns = self._needed(rows, list(asked.layouts), extra)
        source = reading(self.sources[rows.source], columns, statement)
        text = counting.text(source, statement)
        return counting.tallies(self.session.rows(text, statement.values))

    def fingerprint(self, rows: Rows) -> str:
        digest = hashlib.sha256()
        for file in self.sources[rows.source].files:
            size = file.stat().st_size
            digest.update(f"{file.relative_to(self.folder.root).as_posix()}\0{size}\0".encode())
            with file.open("rb") as opened:
                digest.update(opened.read(ENDS))
                opened.seek(max(size - ENDS, 0))
                digest.update(opened.read(ENDS))
        return f"sha256:{digest.hexdigest()}"

    def _select(
        self, rows: Rows, wanted: list[str], statement: Statement, *, or_timeless: bool = False
    ) -> tuple[Any, ...]:
        """One row of aggregates over a window."""
        types = self._types_of(rows)
        source = reading(self.sources[rows.source], list(types), statement)
        where = conditions(rows, types, statement, or_timeless=or_timeless)
        text = f"SELECT {', '.join(wanted)} FROM {source} WHERE {where}"
        return self.session.rows(text, statement.values)[0]

    def _types_of(self, rows: Rows) -> dict[str, str]:
        if rows.source not in self._types:
            self._types[rows.source] = types_of(self.sources[rows.source], self.session)
        return self._types[rows.source]

    def _needed(
        self, rows: Rows, measures: Sequence[Measure], more: Sequence[str] = ()
    ) -> list[str]:
        """The columns that a statement reads."""
        times_of = [rows.time] if rows.time else []
        names = [m.column for m in measures] + [name for name, _ in rows.where] + times_of
        return list(dict.fromkeys([*names, *more]))

    def _is_one_whole_file(self, rows: Rows) -> bool:
        source = self.sources[rows.source]
        whole = not rows.where and not rows.bounded and ROW not in self._types_of(rows)
        return source.form == "parquet" and len(source.files) == 1 and whole


def _parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """As many as one statement counts; nearly always that is all of them."""
    for at in range(0, len(items), WIDTH):
        yield items[at : at + WIDTH]


def _kind(kind: str, untyped: bool) -> str:
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return TIME
    if expressions.is_number(kind):
        return NUMBER
    return TEXT if untyped else CATEGORY


def _time(microseconds: int | None) -> datetime | None:
    """UTC; the last microsecond that there is has none behind it to end a window at."""
    if microseconds is None:
        return None
    try:
        moment = EPOCH + timedelta(microseconds=int(microseconds))
    except OverflowError:
        moment = None
    if moment is None or moment == LAST:
        raise UserError("a row has a time outside of the years 1 to 9999", "mend or filter it")
    return moment
