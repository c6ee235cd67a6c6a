"""The aggregates of one measure through ibis, and the counts that their results mean."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ibis

from lensops.drift.engines.warehouse import expressions
from lensops.drift.layout import Counts, Layout, Measure


class Column(Protocol):
    """One measure of the counting statement; `at` is its name there."""

    def inner(self, table: Any, at: str, /) -> dict[str, Any]:
        """What is computed for each row."""

    def outer(self, table: Any, at: str, /) -> list[Any]:
        """The aggregates over the rows of a group."""

    def counts(self, rows: int, results: Sequence[int], /) -> Counts:
        """The counts that `rows` and the aggregates' results mean."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Rows at or above each cut; NaN and infinite values are told apart before they are compared.

    Engines differ in how NaN compares, so that it never is.
    """

    measure: Measure
    layout: Layout
    engine: str
    floating: bool

    def inner(self, table: Any, at: str) -> dict[str, Any]:
        value = expressions.number(table, self.measure, self.engine)
        return {f"{at}_all": value, at: expressions.finite(value, may_not_be=self.floating)}

    def outer(self, table: Any, at: str) -> list[Any]:
        value, finite = table[f"{at}_all"], table[at]
        odd = [value.isnan().sum(), expressions.infinite(value).sum()] if self.floating else []
        cuts = [(finite >= ibis.literal(cut, "float64")).sum() for cut in self.layout.cut]
        return [value.count(), finite.count(), *odd, *cuts]

    def counts(self, rows: int, results: Sequence[int]) -> Counts:
        filled, finite, *tests = results
        nan, infinite = tests[:2] if self.floating else (0, 0)
        at_least = [finite, *tests[2 if self.floating else 0 :], 0]
        cells = tuple(a - b for a, b in itertools.pairwise(at_least))
        return Counts(cells, rows - filled + nan, infinite)


@dataclass(frozen=True, slots=True)
class Flags:
    """Rows where something does not hold of a text, and where it does."""

    measure: Measure
    engine: str

    def inner(self, table: Any, at: str) -> dict[str, Any]:
        return {at: expressions.flag(table, self.measure, self.engine)}

    def outer(self, table: Any, at: str) -> list[Any]:
        return [table[at].count(), table[at].sum()]

    def counts(self, rows: int, results: Sequence[int]) -> Counts:
        filled, yes = results
        return Counts((filled - yes, yes), rows - filled)


@dataclass(frozen=True, slots=True)
class Repeated:
    """Rows whose text no earlier row has, and rows that repeat one."""

    measure: Measure

    def inner(self, table: Any, at: str) -> dict[str, Any]:
        return {at: expressions.text(table, self.measure.column)}

    def outer(self, table: Any, at: str) -> list[Any]:
        return [table[at].count(), table[at].nunique()]

    def counts(self, rows: int, results: Sequence[int]) -> Counts:
        filled, distinct = results
        return Counts((distinct, filled - distinct), rows - filled)


def column(table: Any, measure: Measure, layout: Layout, engine: str) -> Column:
    """The aggregates that count a number or a flag."""
    if measure.how == "repeated":
        return Repeated(measure)
    if layout.kind == "flag":
        return Flags(measure, engine)
    return Numbers(measure, layout, engine, expressions.floating(table, measure))
