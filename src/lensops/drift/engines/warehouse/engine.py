"""The engine on a warehouse: each question of drift as ibis expressions over one table."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ibis

from lensops.drift.engine import CATEGORY, NUMBER, TIME, Asked, Extremes, Rows
from lensops.drift.engines.warehouse import expressions, sampling
from lensops.drift.engines.warehouse.connection import Said
from lensops.drift.engines.warehouse.counting import counted
from lensops.drift.engines.warehouse.server import Server
from lensops.drift.engines.warehouse.windows import in_utc, key, moment, window
from lensops.drift.layout import Counts, Measure, Tally
from lensops.drift.psi import Shares
from lensops.drift.recipes import Extent
from lensops.errors import UserError


class WarehouseEngine:
    """Counts tables of one connection. Names reach the engine as quoted identifiers only."""

    def __init__(self, server: Server, said: Said) -> None:
        self.server, self.said = server, said
        self._tables: dict[str, Any] = {}

    def close(self) -> None:
        self.server.close()

    def columns(self, rows: Rows) -> Mapping[str, str]:
        return {name: _kind(kind) for name, kind in self._table(rows).schema().items()}

    def extremes(self, rows: Rows) -> Extremes:
        table = self._table(rows)
        if rows.time is None:
            (found,) = self._ask(window(table, rows).aggregate(rows=ibis._.count()))
            return Extremes(int(found["rows"]))
        cut = window(table, rows, or_timeless=True)
        at = moment(cut, rows)
        asked = cut.aggregate(rows=cut.count(), timed=at.count(), first=at.min(), last=at.max())
        (found,) = self._ask(asked)
        count, timed = int(found["rows"]), int(found["timed"])
        first, last = in_utc(found["first"], rows), in_utc(found["last"], rows)
        return Extremes(timed if rows.bounded else count, first, last, count - timed)

    def readable(self, rows: Rows, columns: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        return {}  # a table's columns have types

    def sample(self, rows: Rows, measures: Sequence[Measure], step: int) -> Mapping[str, Shares]:
        cut = window(self._table(rows), rows)
        values = {measure.name: self._finite(cut, measure) for measure in measures}
        if step == 1 and values:
            with self.said.asking():
                return sampling.together(cut, values, self.server.batches)
        extents = self.extents(rows, measures)
        found = {}
        for name, value in values.items():
            with self.said.asking():
                found[name] = sampling.taken(cut, value, step, extents[name], self.server.batches)
        return found

    def extents(self, rows: Rows, measures: Sequence[Measure]) -> Mapping[str, Extent | None]:
        cut = window(self._table(rows), rows)
        wanted: dict[str, Any] = {}
        for at, measure in enumerate(measures):
            value = self._finite(cut, measure)
            calls = {"n": value.count(), "low": value.min(), "high": value.max()}
            wanted |= {f"{name}{at}": call for name, call in calls.items()}
        (found,) = self._ask(cut.aggregate(**wanted)) if wanted else ({},)
        return {
            m.name: Extent(int(found[f"n{at}"]), found[f"low{at}"], found[f"high{at}"])
            if found[f"n{at}"]
            else None
            for at, m in enumerate(measures)
        }

    def values(
        self, rows: Rows, measure: Measure, most: int, besides: Sequence[str] = ()
    ) -> list[tuple[str, int]]:
        cut = window(self._table(rows), rows)
        number = measure.kind == NUMBER
        made = self._finite(cut, measure) if number else expressions.text(cut, measure.column)
        table = cut.select(v=made).filter(ibis._.v.notnull())
        if besides:
            table = table.filter(ibis._.v.notin([float(v) for v in besides] if number else besides))
        counts = table.group_by("v").aggregate(n=table.count())
        asked = counts.order_by(ibis.desc("n"), "v").limit(most)
        found = [(str(row["v"]), int(row["n"])) for row in self._ask(asked)]
        return sorted(found, key=lambda each: (-each[1], each[0]))

    def count(self, rows: Rows, asked: Asked) -> Mapping[str | None, Tally]:
        cut = window(self._table(rows), rows)
        group = key(cut, rows, asked.group) if asked.group else None
        tallies: dict[str | None, dict[str, Counts]] = {}
        engine = self.server.name
        for name, measure, counts in counted(cut, group, asked.layouts, engine, self._ask):
            tallies.setdefault(name, {})[measure] = counts
        return tallies

    def fingerprint(self, rows: Rows) -> str:
        table = self._table(rows)
        (found,) = self._ask(table.aggregate(rows=table.count()))
        said = f"{rows.source[0]}\0{table.schema()}\0{found['rows']}"
        return f"sha256:{hashlib.sha256(said.encode()).hexdigest()}"

    def _finite(self, table: Any, measure: Measure) -> Any:
        value = expressions.number(table, measure, self.server.name)
        return expressions.finite(value, may_not_be=expressions.floating(table, measure))

    def _ask(self, expression: Any) -> Iterator[dict[str, Any]]:
        """The rows of a statement's result, as they arrive."""
        with self.said.asking():
            for batch in self.server.batches(expression):
                yield from batch.to_pylist()

    def _table(self, rows: Rows) -> Any:
        name = rows.source[0]
        if name not in self._tables:
            self._tables[name] = self._named(name)
        return self._tables[name]

    def _named(self, name: str) -> Any:
        """The table of a name, `schema.table` too. Raises `UserError` when there is none."""
        *places, table = name.split(".")
        try:
            return self.server.table(tuple(places), table)
        except Exception as error:  # noqa: BLE001  # drivers share no class of errors
            words = f"there is no table {name!r} that can be read ({self.said.words(error)})"
            raise UserError(words, self._near(table)) from None

    def _near(self, name: str) -> str:
        with self.said.asking():
            known = self.server.tables()
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        return f"did you mean {near[0]!r}?" if near else "a schema is written `schema.table`"


def _kind(kind: Any) -> str:
    if kind.is_timestamp() or kind.is_date():
        return TIME
    return NUMBER if kind.is_numeric() else CATEGORY
