"""Recipe `evidently`: the cells and the filling that Evidently 0.7 uses, to compare figures."""

from __future__ import annotations

import numpy as np

from lensops.drift.layout import Layout, Measure
from lensops.drift.psi import Shares, Vector
from lensops.drift.recipes.categories import flag, label
from lensops.drift.recipes.intervals import closed, even, open_ended
from lensops.drift.recipes.recipe import Extent, Known, Recipe
from lensops.manifest.drift import Feature

FEW = 20  # a baseline with no more distinct numbers than this is compared value by value


def filled(counts: Vector) -> Shares:
    """Shares with empty cells at 1e-4, or a millionth of the smallest share when that is ≤ 1e-4.

    Each window is filled by itself, and nothing is scaled back to a sum of 1.
    """
    shares = counts / counts.sum(axis=-1, keepdims=True)
    least = np.where(shares > 0, shares, np.inf).min(axis=-1, keepdims=True)
    filling = np.where(least <= 1e-4, least / 1e6, 1e-4)
    return np.where(shares > 0, shares, filling)


def _layout(measure: Measure, _feature: Feature, known: Known) -> Layout:
    if measure.kind == "flag":
        return flag("evidently")
    if measure.kind == "category":
        return _values(tuple(str(level) for level in known.levels))
    if known.levels:
        return _numbers(sorted(float(level) for level in known.levels))
    return closed("evidently", _sturges(known.both or Extent(1, 0.0, 1.0)))


def _sturges(both: Extent) -> list[float]:
    """Edges of equal width over both windows, log2(n) + 1 of them by Sturges' rule, rounded up."""
    low, high = both.low, both.high
    if low == high:
        low, high = low - 0.5, high + 0.5
    bins = int(np.ceil(np.log2(both.rows) + 1))
    return even(low, high, bins)


def _numbers(levels: list[float]) -> Layout:
    if len(levels) == 1:
        return closed("evidently", [levels[0] - 0.5, levels[0] + 0.5])
    return open_ended("evidently", levels[1:])


def _values(levels: tuple[str, ...]) -> Layout:
    """A cell for each category of either window; what lies beyond the limit is the last cell."""
    labels = (*map(label, levels), "other")
    count = len(levels)
    groups = tuple(range(count + 1))
    return Layout("evidently", "category", labels, groups, count, values=levels)


EVIDENTLY = Recipe("evidently", _layout, filled, extras=False, looks_at_both=True)
