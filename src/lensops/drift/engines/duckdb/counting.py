"""The counting statements: numbers and flags of a window in one, each category in one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from lensops.drift.binning import BinCounts, Binning, Measure
from lensops.drift.engine import CountQuery, Group, Rows
from lensops.drift.engines.duckdb.grid import Codes, codes_between
from lensops.drift.engines.duckdb.sql import (
    FLOATING,
    WHOLE,
    Column,
    Columns,
    Statement,
    filled_sql,
    flag_sql,
    floats_of,
    is_number,
    number_sql,
    text_sql,
)
from lensops.drift.engines.duckdb.windows import window_sql
from lensops.drift.floats import narrow_cuts
from lensops.drift.text import VALUES

Result = Sequence[Any]
MANY = 1_000_000  # rows for which codes are worth their preparation


class Aggregates(Protocol):
    """One measure of the counting statement; `name` is its column there, `width` its results."""

    width: ClassVar[int]

    def inner(self, name: str, statement: Statement, /) -> list[str]:
        """What the inner query computes for each row."""

    def middle(self, name: str, statement: Statement, /) -> list[str]:
        """What is computed of the inner query's columns."""

    def tables(self, name: str, statement: Statement, /) -> list[str]:
        """Columns of one row that stand beside each row."""

    def outer(self, name: str, statement: Statement, /) -> list[str]:
        """The aggregates over the rows of a group."""

    def counts(self, rows: int, results: Result, /) -> BinCounts:
        """The counts that `rows` and the aggregates' results mean."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Finite values between the cuts, and the others by kind.

    Text is cast where it can be; what cannot is unreadable. Where there are many rows, their codes
    are counted; with a grid, those without a finite value count in the outermost bins first, which
    costs less than to keep them out. Else DuckDB's histogram looks each value up: it includes the
    upper end of a bin, so that the number just below a cut ends one. NaN is what is left, for
    `isnan` believes the statistics of a Parquet file, which leave NaN out.
    """

    measure: Measure
    column: Column
    cuts: tuple[float, ...]
    codes: Codes | None
    width: ClassVar[int] = 6

    @property
    def _is_text(self) -> bool:
        return self.measure.derivation == "value" and not is_number(self.column.type)

    @property
    def _may_be_special(self) -> bool:
        return self.measure.derivation == "value" and self.column.type.startswith(FLOATING)

    @property
    def _ends(self) -> list[float]:
        return [math.nextafter(cut, -math.inf) for cut in self.cuts]

    def inner(self, name: str, statement: Statement) -> list[str]:
        columns = [f"{number_sql(self.measure, self.column, statement)} AS {name}"]
        if self._is_text:
            filled = filled_sql(self.measure, self.column, statement)
            columns.append(f"{filled} AS {name}_text")
        return columns

    def middle(self, name: str, statement: Statement) -> list[str]:
        return self.codes.cell_sql(name, statement) if self.codes else []

    def tables(self, name: str, statement: Statement) -> list[str]:
        return self.codes.tables(name, statement) if self.codes else []

    def outer(self, name: str, statement: Statement) -> list[str]:
        filled = f"count({name}_text)" if self._is_text else f"count({name})"
        tests = ("isfinite({0})", "{0} = 'inf'::DOUBLE", "{0} = '-inf'::DOUBLE")
        special = [f"count_if({test.format(name)})" for test in tests]
        return [
            filled,
            f"count({name})",
            *(special if self._may_be_special else [f"count({name})", "0", "0"]),
            self._histogram(name, statement),
        ]

    def _histogram(self, name: str, statement: Statement) -> str:
        if self.codes:
            return f"histogram({self.codes.sql(name, statement)})"
        finite = f"CASE WHEN isfinite({name}) THEN {name} END"
        value = finite if self._may_be_special else name
        return f"histogram({value}, {statement.bind(self._ends)}::DOUBLE[])"

    def counts(self, rows: int, results: Result) -> BinCounts:
        filled, numbers, finite, above, below = (int(result or 0) for result in results[:5])
        nan, histogram = numbers - finite - above - below, results[5] or {}
        if self.codes:
            bins = self.codes.bins(histogram)
            if self.codes.grid:
                bins[0] -= below + rows - numbers
                bins[-1] -= above + nan
        else:
            bins = [int(histogram.pop(end, 0)) for end in (*self._ends, math.inf)]  # ends may meet
        return BinCounts(tuple(bins), rows - filled + nan, above + below, filled - numbers)


@dataclass(frozen=True, slots=True)
class Flags:
    """Rows where something does not hold of a text, and where it does."""

    measure: Measure
    column: Column
    width: ClassVar[int] = 2

    def inner(self, name: str, _: Statement) -> list[str]:
        return [f"{flag_sql(self.measure, self.column)} AS {name}"]

    def middle(self, _name: str, _: Statement) -> list[str]:
        return []

    def tables(self, _name: str, _: Statement) -> list[str]:
        return []

    def outer(self, name: str, _: Statement) -> list[str]:
        return [f"count({name})", f"count_if({name})"]

    def counts(self, rows: int, results: Result) -> BinCounts:
        filled, yes = (int(result or 0) for result in results)
        return BinCounts((filled - yes, yes), rows - filled)


class Counting:
    """The statement that counts numbers and flags, and what its result means."""

    def __init__(
        self, rows: Rows, query: CountQuery, binnings: Mapping[Measure, Binning], columns: Columns
    ) -> None:
        self.rows, self.query, self.columns = rows, query, columns
        self.aggregates = {
            measure.name: self._aggregates_of(measure, binning)
            for measure, binning in binnings.items()
        }

    def _aggregates_of(self, measure: Measure, binning: Binning) -> Aggregates:
        """Codes are for many rows; those of each of many groups would need memory."""
        column = self.columns[measure.column]
        if binning.kind == "flag":
            return Flags(measure, column)
        whole = measure.derivation != "value" or column.type.startswith(WHOLE)
        coded = self.query.rows >= MANY and self.query.group is None
        cuts = narrow_cuts(binning.cuts, floats_of(measure, column))
        return Numbers(measure, column, cuts, codes_between(cuts, whole=whole) if coded else None)

    def text(self, source: str, statement: Statement) -> str:
        """The whole statement; `source` is what stands after the inner FROM."""
        inner, middle, outer, tables = [], ["*"], [], ["1 AS one"]
        for index, aggregates in enumerate(self.aggregates.values()):
            inner += aggregates.inner(f"f{index}", statement)
            middle += aggregates.middle(f"f{index}", statement)
            outer += aggregates.outer(f"f{index}", statement)
            tables += aggregates.tables(f"f{index}", statement)
        group = self.query.group
        window = window_sql(self.rows, group, self.columns, inner, source, statement)
        key, grouped = ("g", " GROUP BY g") if group else ("NULL", "")
        selected = ", ".join([key, "count(*)", *outer])
        window = f"SELECT {', '.join(middle)} FROM ({window})"
        return f"SELECT {selected} FROM ({window}), (SELECT {', '.join(tables)}){grouped}"

    def counts(self, result: Result) -> dict[str, BinCounts]:
        """The counts of one group by the names of the measures."""
        rows, results = int(result[1]), list(result[2:])
        counts: dict[str, BinCounts] = {}
        for name, aggregates in self.aggregates.items():
            counts[name] = aggregates.counts(rows, results[: aggregates.width])
            results = results[aggregates.width :]
        return counts


def value_counting(
    rows: Rows,
    measure: Measure,
    group: Group | None,
    columns: Columns,
    source: str,
    statement: Statement,
) -> str:
    """The statement of each group's commonest values: key, value, its rows, rows with any.

    Without groups the values are not ranked but the first ones taken: it costs less memory.
    """
    text = value = text_sql(columns[measure.column])
    if measure.derivation == "repeated":
        value = f"md5_number_lower({text})"
    window = window_sql(rows, group, columns, [f"{value} AS v"], source, statement)
    most = statement.bind(VALUES + 1)
    if group is None:
        texts = window_sql(rows, None, columns, [f"{text} AS v"], source, statement)
        counted = f"SELECT NULL AS g, v, count(*) AS n FROM ({window}) GROUP BY v"
        filled = f"(SELECT count(v) FROM ({texts})) AS filled"
        return f"SELECT *, {filled} FROM ({counted}) ORDER BY v NOTNULL, n DESC, v LIMIT {most} + 1"
    counted = f"SELECT g, v, count(*) AS n FROM ({window}) GROUP BY g, v"
    filled = "sum(n) FILTER (WHERE v IS NOT NULL) OVER (PARTITION BY g)"
    rank = "row_number() OVER (PARTITION BY g, v IS NULL ORDER BY n DESC, v)"
    ranked = f"SELECT g, v, n, {filled} AS filled, {rank} AS rank FROM ({counted})"
    return f"SELECT g, v, n, filled FROM ({ranked}) WHERE rank <= {most}"


def commonest_values(source: str, value: str, where: str, limit: str) -> str:
    """The statement of the commonest values of an expression and their rows."""
    return (
        f"SELECT v, count(*) FROM (SELECT {value} AS v FROM {source} WHERE {where})"
        f" WHERE v IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v LIMIT {limit}"
    )
