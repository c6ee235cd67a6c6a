"""Drift in Python: a PSI of two arrays, and a monitor of arrays with the same report as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from lensops.drift.binning import Binning, Measure, vector
from lensops.drift.check import check_monitor
from lensops.drift.engines.arrays import ArrayEngine, array_counts
from lensops.drift.psi import Vector, clipped_shares, psi
from lensops.drift.recipes import NumberFacts, recipe_of
from lensops.drift.results import DriftReport
from lensops.errors import UserError
from lensops.manifest.drift import Bands, Feature, Monitor

SCORE = "score"


def compute_psi(
    baseline: Any,
    current: Any,
    bins: int = 10,
    range: tuple[float, float] = (0.0, 1.0),  # noqa: A002  # the manifest's word
) -> float:
    """The population stability index of two arrays of scores, in nats.

    `bins` equal cells over `range`, shares clipped at 1e-6: for scores in [0, 1] exactly the
    classic recipe. Scores below, above, missing and infinite are bins of their own. Raises
    `UserError` when an array is empty, holds texts or no number at all, or has more than one
    dimension, and when more than half of both arrays lie outside the range.
    """
    feature, measure = Feature(range=range, bins=bins), Measure(SCORE, SCORE, "number")
    binning = recipe_of(measure, feature).numbers(feature, NumberFacts(np.empty(0)))
    engine = ArrayEngine({"baseline": {SCORE: baseline}, "current": {SCORE: current}})
    sides = [
        _score_vector(name, table[SCORE], measure, binning) for name, table in engine.tables.items()
    ]
    _require_range(sides, binning, range)
    used = sides[0] + sides[1] > 0
    used[: binning.fixed] = True
    return float(psi(clipped_shares(sides[0][used]), clipped_shares(sides[1][used])))


class PropensityDriftMonitor:
    """Compares windows of propensity scores, and of other columns when they are given.

    `bands` are the limits of the PSI (0.10 and 0.20 by default), `bins` those of the score.
    """

    def __init__(self, bands: Bands | None = None, bins: int = 10) -> None:
        self.bands = bands or Bands()
        self.bins = bins

    def check_drift(
        self,
        baseline: Any,
        current: Any,
        *,
        baseline_date: str | None = None,
        current_date: str | None = None,
    ) -> DriftReport:
        """The report of two windows: arrays of scores, or of tables: mappings of column names to
        arrays, or data frames.

        A column `score` is counted over [0, 1]; others by the baseline's deciles, or by category.
        Raises `UserError` for windows without the same columns.
        """
        tables = {"baseline": _table(baseline), "current": _table(current)}
        features = {name: self._feature(name) for name in tables["baseline"]}
        monitor = Monitor(
            baseline="baseline", current="current", features=features, bands=self.bands
        )
        report = check_monitor("propensity", monitor, ArrayEngine(tables))
        return replace(report, baseline_date=baseline_date, current_date=current_date)

    def _feature(self, name: str) -> Feature:
        return Feature(range=(0.0, 1.0), bins=self.bins) if name == SCORE else Feature()


def _score_vector(name: str, array: Any, measure: Measure, binning: Binning) -> Vector:
    """The bins of one array of scores. Raises `UserError` where there is no score."""
    if not array.size:
        raise UserError(f"the {name} window has no scores")
    counts = array_counts(array, measure, binning)
    if counts.extras[1]:
        message = f"{counts.extras[1]:,} of the {name} window's values are not numbers"
        raise UserError(message, "convert them, or drop them")
    if not counts.present:
        raise UserError(f"the {name} window has no scores: all {array.size:,} are missing")
    return vector(counts, binning)


def _require_range(sides: list[Vector], binning: Binning, limits: tuple[float, float]) -> None:
    outside = slice(binning.fixed, len(binning.labels))
    shares = [float(side[outside].sum() / side.sum()) for side in sides]
    if min(shares) > 0.5:
        low, high = limits
        message = f"more than half of both windows lie outside [{low:g}, {high:g}]"
        raise UserError(message, "give `range=(low, high)` of your scores")


def _table(window: Any) -> Mapping[str, Any]:
    """Columns by name, of a mapping or a data frame; a plain array is one of scores."""
    if isinstance(window, Mapping):
        return window
    if hasattr(window, "columns"):
        return {str(name): window[name] for name in window.columns}
    return {SCORE: window}
