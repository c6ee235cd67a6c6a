"""The aggregates of one measure: their SQL, and the counts that their results mean."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lensops.drift.engines.duckdb import expressions
from lensops.drift.engines.duckdb.statement import Statement
from lensops.drift.layout import Counts, Layout, Measure


class Column(Protocol):
    """One measure of the counting statement; `at` is its name there."""

    def inner(self, at: str) -> list[str]:
        """What the inner query computes for each row."""

    def outer(self, at: str, statement: Statement, /) -> list[str]:
        """The aggregates over the rows of a group."""

    def counts(self, rows: int, results: Sequence[Any]) -> Counts:
        """The counts that `rows` and the aggregates' results mean."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Rows at or above each cut: sums of comparisons, which every engine does fast and exactly.

    Text is cast where it can be; what cannot is unreadable. NaN is missing and, like +infinity,
    above every cut, so both are counted and taken off.
    """

    measure: Measure
    layout: Layout
    kind: str

    @property
    def _floating(self) -> bool:
        return self.measure.how == "value" and self.kind.startswith(expressions.FLOATING)

    @property
    def _cast(self) -> bool:
        return self.measure.how == "value" and not expressions.is_number(self.kind)

    def inner(self, at: str) -> list[str]:
        made = [f"{expressions.number(self.measure, self.kind)} AS {at}"]
        if self._cast:
            made.append(f"{expressions.filled(self.measure.column)} AS {at}_text")
        return made

    def outer(self, at: str, statement: Statement) -> list[str]:
        special = ("> '-inf'", ">= 'inf'", "> 'inf'") if self._floating else ()
        tests = [f"{sign}::DOUBLE" for sign in special]
        tests += [f">= {statement.bind(cut)}::DOUBLE" for cut in self.layout.cut]
        filled = f"count({at}_text)" if self._cast else f"count({at})"
        return [filled, f"count({at})", *(f"sum(({at} {test})::INT)" for test in tests)]

    def counts(self, rows: int, results: Sequence[Any]) -> Counts:
        filled, numbers, *tests = (int(result or 0) for result in results)
        finite_up, infinite_up, nan = numbers, 0, 0
        if self._floating:
            finite_up, infinite_up, nan = tests[:3]
            tests = tests[3:]
        infinite = numbers - finite_up + infinite_up - nan
        at_least = [numbers - nan - infinite, *(test - infinite_up for test in tests), 0]
        cells = tuple(a - b for a, b in itertools.pairwise(at_least))
        return Counts(cells, rows - filled + nan, infinite, filled - numbers)


@dataclass(frozen=True, slots=True)
class Categories:
    """Rows with each listed value, and with any other."""

    measure: Measure
    layout: Layout

    def inner(self, at: str) -> list[str]:
        return [f"{expressions.text(self.measure.column)} AS {at}"]

    def outer(self, at: str, statement: Statement) -> list[str]:
        listed = statement.bind(list(self.layout.values))
        counted = f"histogram_exact({at}, {listed}::VARCHAR[])"
        return [f"count({at})", f"map_keys({counted})", f"map_values({counted})"]

    def counts(self, rows: int, results: Sequence[Any]) -> Counts:
        filled, keys, times = results
        known = dict(zip(keys or (), times or (), strict=True)) if _distinct(keys) else {}
        if not known and keys:  # the key of every other value repeats a listed '': it stands last
            known = dict(zip(keys[:-1], times[:-1], strict=True))
        cells = [int(known.get(value, 0)) for value in self.layout.values]
        return Counts((*cells, int(filled) - sum(cells)), rows - int(filled))


def _distinct(keys: Sequence[Any] | None) -> bool:
    return len(set(keys or ())) == len(keys or ())


@dataclass(frozen=True, slots=True)
class Flags:
    """Rows where something does not hold of a text, and where it does."""

    measure: Measure

    def inner(self, at: str) -> list[str]:
        return [f"{expressions.flag(self.measure)} AS {at}"]

    def outer(self, at: str, _: Statement) -> list[str]:
        return [f"count({at})", f"sum({at}::INT)"]

    def counts(self, rows: int, results: Sequence[Any]) -> Counts:
        filled, yes = (int(result or 0) for result in results)
        return Counts((filled - yes, yes), rows - filled)


@dataclass(frozen=True, slots=True)
class Repeated:
    """Rows whose text no earlier row has, and rows that repeat one."""

    measure: Measure

    def inner(self, at: str) -> list[str]:
        text = expressions.text(self.measure.column)
        return [f"CASE WHEN {text} IS NOT NULL THEN hash({text}) END AS {at}"]

    def outer(self, at: str, _: Statement) -> list[str]:
        return [f"count({at})", f"count(DISTINCT {at})"]

    def counts(self, rows: int, results: Sequence[Any]) -> Counts:
        filled, distinct = (int(result or 0) for result in results)
        return Counts((distinct, filled - distinct), rows - filled)


def column(measure: Measure, layout: Layout, kind: str) -> Column:
    """The aggregates that count a measure of a column of this DuckDB type."""
    if measure.how == "repeated":
        return Repeated(measure)
    if layout.kind == "flag":
        return Flags(measure)
    if layout.kind == "category":
        return Categories(measure, layout)
    return Numbers(measure, layout, kind)
