"""Bins: where a feature is cut, what its bins are called, and the rows counted in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from lensops.drift.psi import Shares, Vector

INFINITE, UNREADABLE, MISSING = "infinite", "not a number", "missing"
EXTRAS = (INFINITE, UNREADABLE, MISSING)  # bins that every feature has, behind its own
OTHER, NEW = "other", "new"
FEW_BEYOND, SHARE_BEYOND = 5, 0.01  # rows and share of a window beyond the baseline's range


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured of a row: a column, or something derived from a text.

    Texts in `missing` count as missing; `decimal` is the decimal sign of numbers in texts.
    """

    name: str
    column: str
    kind: str  # number, category, flag
    derivation: str = "value"  # or a name of `lensops.drift.text.DERIVED`
    missing: tuple[str, ...] = ()
    decimal: str = "."


@dataclass(frozen=True, slots=True)
class Binning:
    """How one feature is counted, and how the counts become the bins of a report.

    A number is counted below `cuts[0]`, from each cut to the next (left closed), and from the last
    one on; a category at each of `values` and at every other one, a flag at no and yes. `groups`
    names the report's bin of each counted bin, `tested` that of the evidence, which does not depend
    on the recipe. Bins from `fixed` on exist only where a row is in them. `beyond` are those below
    and above the baseline's range that need more than a few rows: see `without_few_beyond`.
    """

    recipe: str
    kind: str
    labels: tuple[str, ...]
    groups: tuple[int, ...]
    fixed: int
    tested: tuple[int, ...] = ()
    cuts: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    outside: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BinCounts:
    """The rows of one window in the counted bins of a number or a flag; each row is in one."""

    bins: tuple[int, ...]
    missing: int = 0
    infinite: int = 0
    unreadable: int = 0

    @property
    def rows(self) -> int:
        return sum(self.bins) + self.missing + self.infinite + self.unreadable

    @property
    def present(self) -> int:
        """Rows that have a value, readable or not."""
        return self.rows - self.missing

    @property
    def extras(self) -> tuple[int, int, int]:
        """Rows of `EXTRAS`."""
        return self.infinite, self.unreadable, self.missing

    def counted(self, _binning: Binning) -> tuple[int, ...]:
        return self.bins

    def __add__(self, other: BinCounts) -> BinCounts:
        bins = tuple(a + b for a, b in zip(self.bins, other.bins, strict=True))
        extras = [a + b for a, b in zip(self.extras, other.extras, strict=True)]
        return BinCounts(bins, extras[2], extras[0], extras[1])

    def __sub__(self, other: BinCounts) -> BinCounts:
        bins = tuple(a - b for a, b in zip(self.bins, other.bins, strict=True))
        extras = [a - b for a, b in zip(self.extras, other.extras, strict=True)]
        return BinCounts(bins, extras[2], extras[0], extras[1])


@dataclass(frozen=True, slots=True)
class ValueCounts:
    """The rows of one window by value of a category, spelled canonically.

    `unlisted` rows have a value that is not listed, for there are too many of them; each of those
    values has at most as many rows as the rarest that is listed.
    """

    values: Mapping[str, int] = field(default_factory=dict)
    unlisted: int = 0
    missing: int = 0

    @property
    def rows(self) -> int:
        return self.present + self.missing

    @property
    def present(self) -> int:
        """Rows that have a value."""
        return sum(self.values.values()) + self.unlisted

    @property
    def extras(self) -> tuple[int, int, int]:
        return 0, 0, self.missing

    @property
    def limit(self) -> int:
        """The most rows that a value without an entry can have."""
        return min(self.values.values(), default=0) if self.unlisted else 0

    def counted(self, binning: Binning) -> tuple[int, ...]:
        """Rows at each value of a binning, then at any other."""
        bins = [self.values.get(value, 0) for value in binning.values]
        return (*bins, self.present - sum(bins))

    def __add__(self, other: ValueCounts) -> ValueCounts:
        names = {**self.values, **other.values}
        values = {name: self.values.get(name, 0) + other.values.get(name, 0) for name in names}
        return ValueCounts(values, self.unlisted + other.unlisted, self.missing + other.missing)

    def __sub__(self, other: ValueCounts) -> ValueCounts:
        left = {name: rows - other.values.get(name, 0) for name, rows in self.values.items()}
        absent = sum(rows for name, rows in other.values.items() if name not in left)
        unlisted = max(self.unlisted - other.unlisted - absent, 0)
        return ValueCounts(
            {k: v for k, v in left.items() if v}, unlisted, self.missing - other.missing
        )


Counts = BinCounts | ValueCounts
Tally = Mapping[str, Counts]  # by the name of the measure
Smoothing = Callable[[Vector], Shares]


def without_few_beyond(binning: Binning, baseline: Vector, current: Vector) -> Binning:
    """The binning in which a few rows beyond the baseline's range count in the outermost bins.

    `baseline` and `current` are the rows of whole windows by bin. A bin of its own needs five rows
    and one in a hundred of a window: fewer, against a baseline that has none by construction,
    would outweigh all other bins in the PSI.
    """
    groups = list(binning.groups)
    for label, outermost in zip(binning.beyond, (0, binning.fixed - 1), strict=True):
        place = binning.labels.index(label)
        sides = [(int(side[place]), int(side.sum())) for side in (baseline, current)]
        if all(rows < max(FEW_BEYOND, SHARE_BEYOND * total) for rows, total in sides):
            groups = [outermost if group == place else group for group in groups]
    return replace(binning, groups=tuple(groups))


def vector(counts: Counts, binning: Binning) -> Vector:
    """The rows of one window in the report's bins, then those of `EXTRAS`."""
    bins = np.zeros(len(binning.labels) + len(EXTRAS), dtype=np.int64)
    np.add.at(bins, np.asarray(binning.groups, dtype=np.intp), np.asarray(counts.counted(binning)))
    bins[-len(EXTRAS) :] = counts.extras
    return bins


@dataclass(frozen=True, slots=True)
class Pair:
    """Two count vectors over the same named bins: all that a PSI needs."""

    labels: tuple[str, ...]
    baseline: Vector
    current: Vector
    smooth: Smoothing
    ignores_empty: bool = True

    @property
    def sizes(self) -> tuple[int, int]:
        """Rows of the baseline and of the current window."""
        return int(self.baseline.sum()), int(self.current.sum())

    @property
    def shares(self) -> tuple[Shares, Shares]:
        """Smoothed shares; bins that no row is in have none, for most recipes."""
        counting = self.baseline + self.current > 0
        if not self.ignores_empty:
            counting[:] = True
        sides = []
        for side in (self.baseline, self.current):
            shares = np.ones(side.shape, dtype=np.float64)
            shares[counting] = self.smooth(side[counting])
            sides.append(shares)
        return sides[0], sides[1]

    def share(self, label: str) -> tuple[float, float]:
        """A bin's raw shares of both windows; (0, 0) when there is no such bin."""
        if label not in self.labels:
            return 0.0, 0.0
        index, (n, m) = self.labels.index(label), self.sizes
        return int(self.baseline[index]) / n, int(self.current[index]) / m
