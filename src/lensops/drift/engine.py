"""What drift needs of an engine: a few aggregates of rows, whatever holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from lensops.drift.binning import Binning, Measure, Tally
from lensops.drift.psi import Shares
from lensops.drift.readability import Readability
from lensops.drift.recipes import Extent
from lensops.manifest.drift import Scalar, Span

Condition = Scalar | tuple[Scalar, ...] | Span
NUMBER, CATEGORY, TEXT, TIME = "number", "category", "text", "time"  # kinds of columns
UNKNOWN = "unknown"  # of a type that the engine has and lensops does not know
DURATION = "duration"  # a length of time, which every format writes in a way of its own
NESTED = "nested"  # lists, maps and the like, which have no order and no names
OTHER_SEGMENTS, MISSING_SEGMENT = "others", "missing"  # of rare values, and of no value


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one window: a source, conditions, and a half-open stretch of time in UTC."""

    source: tuple[str, ...]  # files as the manifest names them, or one table
    where: tuple[tuple[str, Condition], ...] = ()
    time: str | None = None
    timezone: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    @property
    def is_bounded(self) -> bool:
        """Whether times decide which rows these are."""
        return self.start is not None or self.end is not None

    def between(self, start: datetime | None, end: datetime | None) -> Rows:
        return replace(self, start=start, end=end)


@dataclass(frozen=True, slots=True)
class Extremes:
    """How many rows there are and the first and last time among them.

    `timeless` rows have no readable time: a window by time leaves them out.
    """

    rows: int
    first: datetime | None = None
    last: datetime | None = None
    timeless: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """How rows are grouped while they are counted.

    `column`: by the values in `keep` of a column, `others` for the rest. `time`: by stretches of
    `size` seconds from the window's first time. `rows`: by blocks of `size` rows in their order.
    """

    kind: str
    column: str = ""
    keep: tuple[str, ...] = ()
    size: float = 0.0
    start: datetime | None = None


@dataclass(frozen=True, slots=True)
class CountQuery:
    """What is counted in one scan; categories are counted by value and need no binning.

    `rows` says how many there are, where that is known: an engine may choose its way by it.
    """

    binnings: Mapping[Measure, Binning | None]
    group: Group | None = None
    rows: int = 0


class Engine(Protocol):
    """Files in DuckDB, arrays in memory, or a warehouse. Errors of the data are `UserError`s."""

    def columns(self, rows: Rows) -> Mapping[str, str]:
        """Every column and its kind; `text` where only reading tells whether it holds numbers."""

    def extremes(self, rows: Rows) -> Extremes:
        """Rows and times. Raises `UserError` for naive timestamps without a time zone."""

    def readable(self, rows: Rows, measures: Sequence[Measure]) -> Mapping[str, Readability]:
        """How much of columns of texts reads as numbers, by the name of the measure."""

    def sample(self, rows: Rows, measures: Sequence[Measure], step: int) -> Mapping[str, Shares]:
        """Finite values of number measures, of one in `step` rows; the same on every run."""

    def extents(self, rows: Rows, measures: Sequence[Measure]) -> Mapping[str, Extent | None]:
        """The finite values' number, smallest and largest; None when there are none."""

    def values(self, rows: Rows, measure: Measure, limit: int) -> list[tuple[str, int]]:
        """The commonest values as text with their rows, ties in the order of the text."""

    def count(self, rows: Rows, query: CountQuery) -> Mapping[str | None, Tally]:
        """Rows in the bins of each measure, by group. None: no group."""

    def fingerprint(self, rows: Rows) -> str:
        """A digest that changes when the source does."""

    def close(self) -> None:
        """Let go of connections and temporary files."""
