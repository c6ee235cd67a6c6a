"""Recipe `quantile`: cells between the baseline's quantiles, open ends, Jeffreys +0.5."""

from __future__ import annotations

import numpy as np

from lensops.drift.layout import Layout, Measure
from lensops.drift.psi import Shares, jeffreys
from lensops.drift.recipes.intervals import around, open_ended
from lensops.drift.recipes.recipe import Known, Recipe
from lensops.manifest.drift import Feature

HUGE = 1e300  # numbers whose differences could overflow


def _layout(_measure: Measure, feature: Feature, known: Known) -> Layout:
    inner = _inner(known.sample, feature.bins)
    if inner.size:
        return open_ended("quantile", inner.tolist())
    return around("quantile", float(np.quantile(known.sample, 0.5, method="lower")))


def _inner(sample: Shares, bins: int) -> Shares:
    """The edges between the cells.

    Fewer distinct values than bins get a cell each. Ties make fewer cells than `bins`; none are
    left when one value fills nearly everything, and then that value is the cell.
    """
    levels = np.unique(sample[:10_000]) if sample.size > 10_000 else np.unique(sample)
    if 1 < levels.size <= bins:
        levels = np.unique(sample)
        if levels.size <= bins:
            return levels[1:]
    half = 0.5 if np.abs(sample).max() > HUGE else 1.0
    inner = np.unique(np.quantile(sample * half, np.linspace(0, 1, bins + 1)[1:-1]) / half)
    above: Shares = inner[inner > sample.min()]
    return above


QUANTILE = Recipe("quantile", _layout, jeffreys)
