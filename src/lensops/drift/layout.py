"""Cells: where a feature is cut, how its cells are called, and the rows counted in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lensops.drift.psi import Shares, Vector

INFINITE, UNREADABLE, MISSING = "infinite", "not a number", "missing"
EXTRAS = (INFINITE, UNREADABLE, MISSING)  # cells that every feature has, behind its own


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured of a row: a column, or something derived from a text."""

    name: str
    column: str
    kind: str  # number, category, flag
    how: str = "value"  # or a name of `lensops.drift.text.DERIVED`


@dataclass(frozen=True, slots=True)
class Layout:
    """How one feature is counted, and how the counts become the cells of a report.

    A number is counted below `cut[0]`, from each cut to the next (left closed), and from the last
    one on; a category at each of `values` and at every other; a flag at no and yes. `groups` names
    the report's cell of each counted cell. Cells from `fixed` on exist only where a row is in them.
    """

    recipe: str
    kind: str
    labels: tuple[str, ...]
    groups: tuple[int, ...]
    fixed: int
    cut: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """The rows of one window in the counted cells of one feature; every row is in one of them."""

    cells: tuple[int, ...]
    missing: int = 0
    infinite: int = 0
    unreadable: int = 0

    @property
    def rows(self) -> int:
        return sum(self.cells) + self.missing + self.infinite + self.unreadable

    @property
    def present(self) -> int:
        """Rows that have a value, readable or not."""
        return self.rows - self.missing

    def vector(self, layout: Layout) -> Vector:
        """The report's cells, then those of `EXTRAS`."""
        cells = np.zeros(len(layout.labels) + len(EXTRAS), dtype=np.int64)
        np.add.at(cells, np.asarray(layout.groups, dtype=np.intp), np.asarray(self.cells))
        cells[-3:] = (self.infinite, self.unreadable, self.missing)
        return cells

    def __add__(self, other: Counts) -> Counts:
        cells = tuple(a + b for a, b in zip(self.cells, other.cells, strict=True))
        return Counts(
            cells,
            self.missing + other.missing,
            self.infinite + other.infinite,
            self.unreadable + other.unreadable,
        )

    def __sub__(self, other: Counts) -> Counts:
        cells = tuple(a - b for a, b in zip(self.cells, other.cells, strict=True))
        return Counts(
            cells,
            self.missing - other.missing,
            self.infinite - other.infinite,
            self.unreadable - other.unreadable,
        )


Tally = Mapping[str, Counts]  # by the name of the measure
Smoothing = Callable[[Vector], Shares]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two count vectors over the same named cells: all that PSI and its evidence need."""

    labels: tuple[str, ...]
    baseline: Vector
    current: Vector
    smooth: Smoothing

    @property
    def sizes(self) -> tuple[int, int]:
        """Rows of the baseline and of the current window."""
        return int(self.baseline.sum()), int(self.current.sum())

    @property
    def shares(self) -> tuple[Shares, Shares]:
        return self.smooth(self.baseline), self.smooth(self.current)

    def share(self, label: str) -> tuple[float, float]:
        """A cell's raw shares of both windows; (0, 0) when there is no such cell."""
        if label not in self.labels:
            return 0.0, 0.0
        at, (n, m) = self.labels.index(label), self.sizes
        return int(self.baseline[at]) / n, int(self.current[at]) / m
