"""What causes are found from: one feature's bins and shapes, and how well a change fits them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from lensops.drift.binning import Binning, Pair
from lensops.drift.evidence import BinWindows, Evidence, Figures, Windows
from lensops.drift.psi import Shares
from lensops.drift.shape import Shape

CRITICAL = 1.63  # the Kolmogorov distance, over √(1/n + 1/m), that chance passes once in 100
GRID = 1.5 / 256  # how far a distribution between two quantiles may be from a straight line
EXPLAINED = 0.8  # of the distance
FITTED = (1.0, 0.8, 0.7)  # of what chance explains, where so many figures were fitted
MARGIN = 0.25  # of what chance explains: nearer fits are alike
SAME = 0.02  # a change that leaves no more of the distance than this moved the very same rows
ROWS = 20
FEWEST_VALUES = 5  # values that are the same by more than chance


@dataclass(frozen=True, slots=True)
class Case:
    """One compared feature."""

    binning: Binning
    pair: Pair
    figures: Figures
    evidence: Evidence
    windows: Windows

    @property
    def real(self) -> bool:
        """Whether the counts tell of more than chance."""
        return self.evidence in {Evidence.CONFIRMED, Evidence.SMALL}

    @property
    def shapes(self) -> tuple[Shape, Shape] | None:
        """The shapes of both windows, where both have one."""
        if not isinstance(self.windows, BinWindows):
            return None
        baseline, current = self.windows.shapes
        return (baseline, current) if baseline is not None and current is not None else None


@dataclass(frozen=True, slots=True)
class Cause:
    """What moved, as a sentence. `explains` is its part of the shift, None where that has no sense.

    `left` is what a cause that may be the whole one leaves of the distance between both windows,
    None of facts that others stand beside.
    """

    kind: str
    text: str
    explains: float | None = None
    left: float | None = None


Finder = Callable[[Case], Cause | None]


def percent(share: float) -> str:
    """A share as people read it."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{share * 100:.3g} %"


def number(value: float) -> str:
    """A value as people read it: four digits, no exponent while it is short."""
    return f"{value:.4g}" if abs(value) < 1e4 or abs(value) >= 1e9 else f"{value:.0f}"


@dataclass(frozen=True, slots=True)
class Fit:
    """What a change leaves of the largest distance between both distributions.

    `tolerance` is what chance explains of it. `same_values`: few values, which the change turns
    into exactly the current ones, and which were others before.
    """

    start: float
    left: float
    tolerance: float
    same_values: bool = False

    @property
    def explains(self) -> float:
        """The part of the shift that the change explains, 0 to 1."""
        return max(1 - self.left / self.start, 0.0) if self.start else 0.0

    @property
    def holds(self) -> bool:
        """Whether chance explains what is left, and there was more than chance before."""
        if self.start <= 0:
            return False
        if self.left <= SAME * self.start:
            return True
        if self.same_values:
            return self.left <= self.tolerance
        shifted = self.start > 2 * self.tolerance
        return shifted and self.left <= self.tolerance and self.explains >= EXPLAINED


def fit_of(baseline: Shape, current: Shape, changed: Shape, fitted: int = 0) -> Fit:
    """How well the changed baseline fits the current window.

    `fitted` figures of the change come from both windows, which brings them nearer: H. W.
    Lilliefors, Journal of the American Statistical Association 62 (1967), 399-402.
    """
    return Fit(
        _shift(baseline, current),
        distance(changed, current),
        FITTED[fitted] * tolerance(baseline, current),
        _same_values(changed, current) and not _same_values(baseline, current),
    )


def _same_values(shape: Shape, current: Shape) -> bool:
    """Whether both have the same values, as far as rounding tells; not of very few, or many."""
    if not (shape.complete and current.complete and shape.distinct == current.distinct):
        return False
    first, second = (sorted(value for value, _ in item.common) for item in (shape, current))
    return shape.distinct >= FEWEST_VALUES and bool(np.allclose(first, second, rtol=1e-9, atol=0))


def margin(least: float, chance: float) -> float:
    """What a fit may leave that chance cannot tell from the best, which leaves least."""
    return least + (MARGIN * chance if least > 1e-9 else 1e-9)


def tolerance(baseline: Shape, current: Shape) -> float:
    """The distance that chance, and the grid of quantiles, explain."""
    grid = 0.0 if baseline.complete and current.complete else GRID
    return CRITICAL * math.sqrt(1 / baseline.rows + 1 / current.rows) + grid


def distance(one_shape: Shape, other: Shape) -> float:
    """Kolmogorov's distance: the largest between both distribution functions."""
    points = between([*knots(one_shape), *knots(other)])
    if not points.size:
        return 0.0
    return float(np.abs(one_shape.share_below(points) - other.share_below(points)).max())


@lru_cache(maxsize=4)
def _shift(baseline: Shape, current: Shape) -> float:
    """The distance of two windows, which all fits of a feature begin at."""
    return distance(baseline, current)


def conditional_distance(
    baseline: Shape, current: Shape, keep: Callable[[Shape, Shares], Shares]
) -> float:
    """The distance of both distributions after `keep` has made each of its shares a part."""
    points = between([*knots(baseline), *knots(current)])
    if not points.size:
        return 0.0
    return float(np.abs(keep(baseline, points) - keep(current, points)).max())


def knots(shape: Shape) -> list[float]:
    """The values at which a distribution function changes."""
    return [value for value, _ in shape.common] if shape.complete else list(shape.quantiles)


def between(values: list[float]) -> Shares:
    """Points between neighbouring values; values that only rounding tells apart are one."""
    unique = np.unique(np.asarray(values, dtype=np.float64))
    if unique.size < 2:
        return np.empty(0)
    wide = np.diff(unique) > 1e-9 * np.maximum(np.abs(unique[1:]), np.abs(unique[:-1]))
    points: Shares = ((unique[1:] + unique[:-1]) / 2)[wide]
    return points


def change(shape: Shape, function: Callable[[Shares], Shares]) -> Shape | None:
    """The shape of changed values, by a monotone function; None where it has no finite values."""
    with np.errstate(all="ignore"):
        quantiles = np.sort(function(np.asarray(shape.quantiles)))
        values = function(np.array([value for value, _ in shape.common]))
    if not np.isfinite(quantiles).all() or not np.isfinite(values).all():
        return None
    times = [times for _, times in shape.common]
    return replace(
        shape,
        quantiles=tuple(quantiles.tolist()),
        common=tuple(zip(values.tolist(), times, strict=True)),
    )
