"""The shape of a number: quantiles and common values, of all rows or of those that are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lensops.drift.psi import Shares, Vector

PROBABILITIES = np.linspace(0, 1, 257)
VALUES = 128  # single values that are remembered with their rows
HUGE = 1e150  # values beyond it, or nearer than its inverse, overflow in what is made of them
MASK = 2**32 - 1
FIRST, SECOND = 1_640_531_527, 73_244_475  # odd; products stay within 63 bits
SHIFT = 15


@dataclass(frozen=True, slots=True)
class Shape:
    """Finite values in brief: of all rows, or of those drawn where there are many.

    `common` holds the commonest single values with their rows, `distinct` how many values there
    are. `quantiles` belong to `PROBABILITIES`.
    """

    rows: int
    distinct: int
    common: tuple[tuple[float, int], ...]
    quantiles: tuple[float, ...]
    integral: bool

    @property
    def low(self) -> float:
        return self.quantiles[0]

    @property
    def high(self) -> float:
        return self.quantiles[-1]

    @property
    def complete(self) -> bool:
        """Whether every value is among the common ones."""
        return len(self.common) == self.distinct

    @property
    def limit(self) -> int:
        """The most rows that a value which is not listed can have."""
        return 0 if self.complete else min((times for _, times in self.common), default=0)

    def times(self, value: float) -> int:
        """Rows of a value, or the most that it can have."""
        return dict(self.common).get(value, self.limit)

    def share_below(self, points: Shares) -> Shares:
        """The share of rows below each point: exact of few values, else between quantiles."""
        if self.complete:
            values, times = self._steps()
            cumulated = np.concatenate([[0], np.cumsum(times)]) / max(self.rows, 1)
            below: Shares = cumulated[np.searchsorted(values, points, side="left")]
            return below
        points_below: Shares = np.interp(points, *_knots(self.quantiles), left=0.0, right=1.0)
        return points_below

    def _steps(self) -> tuple[Shares, Vector]:
        values, times = np.array(self.common, dtype=np.float64).reshape(-1, 2).T
        order = np.argsort(values)
        return values[order], times[order].astype(np.int64)


@lru_cache(maxsize=16)
def _knots(quantiles: tuple[float, ...]) -> tuple[Shares, Shares]:
    """Quantiles and their probabilities; one that repeats is a step right above its value."""
    levels = np.asarray(quantiles)
    unique, first = np.unique(levels, return_index=True)
    last = levels.size - 1 - np.unique(levels[::-1], return_index=True)[1]
    steps = np.nextafter(unique, np.inf)[last > first]
    values = np.concatenate([unique, steps])
    shares = PROBABILITIES[np.concatenate([first, last[last > first]])]
    order = np.argsort(values, kind="stable")
    return values[order], shares[order]


def shape_of(sample: Shares) -> Shape | None:
    """The shape of finite values; None when there are none, or no usual ones."""
    if not sample.size or np.abs(sample).max() > HUGE or 0 < np.ptp(sample) < 1 / HUGE:
        return None
    values, times = np.unique(sample, return_counts=True)
    order = np.argsort(-times, kind="stable")[:VALUES]
    return Shape(
        rows=int(sample.size),
        distinct=int(values.size),
        common=tuple((float(values[index]), int(times[index])) for index in order),
        quantiles=tuple(float(value) for value in np.quantile(sample, PROBABILITIES)),
        integral=bool((values == np.floor(values)).all()),
    )


def draw_limit(step: int) -> int:
    """The hash below which a row is drawn, so that one in `step` is."""
    return (MASK + 1) // step


def drawn_rows(rows: int, step: int) -> NDArray[np.int64]:
    """The numbers, from 0 on, of the rows that are drawn: about one in `step`, by a hash of them.

    Rows a fixed step apart would all stand in one place of what repeats itself, such as a day.
    """
    numbers = np.arange(rows, dtype=np.int64)
    if step == 1:
        return numbers
    mixed = (numbers & MASK) * FIRST & MASK
    return numbers[(mixed ^ (mixed >> SHIFT)) * SECOND & MASK < draw_limit(step)]
