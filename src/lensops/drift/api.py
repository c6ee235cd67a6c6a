"""Drift in Python: a PSI of two arrays, and a monitor of arrays with the same report as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lensops.drift.check import check
from lensops.drift.engines.arrays import ArrayEngine, counts
from lensops.drift.layout import Measure
from lensops.drift.psi import clipped, psi
from lensops.drift.recipes import Known, recipe_of
from lensops.drift.report import DriftReport
from lensops.errors import UserError
from lensops.manifest.drift import Bands, Feature, Monitor

SCORE = "score"


def compute_psi(baseline: Any, current: Any, bins: int = 10) -> float:
    """The population stability index of two arrays of scores, in nats.

    `bins` equal cells over [0, 1], shares clipped at 1e-6: for scores in [0, 1] exactly the
    classic recipe. Scores below, above, missing and infinite are cells of their own. Raises
    `UserError` when an array is empty or has more than one dimension.
    """
    feature = Feature(range=(0.0, 1.0), bins=bins)
    measure = Measure(SCORE, SCORE, "number")
    layout = recipe_of(measure, feature).layout(measure, feature, Known())
    engine = ArrayEngine({"baseline": {SCORE: baseline}, "current": {SCORE: current}})
    vectors = []
    for name, table in engine.tables.items():
        if not table[SCORE].size:
            raise UserError(f"the {name} window has no scores")
        vectors.append(counts(table[SCORE], measure, layout).vector(layout))
    used = vectors[0] + vectors[1] > 0
    used[: layout.fixed] = True
    return float(psi(clipped(vectors[0][used]), clipped(vectors[1][used])))


class PropensityDriftMonitor:
    """Compares windows of propensity scores, and of other columns when they are given.

    `bands` are the limits of the PSI (0.10 and 0.20 by default), `bins` the cells of the score.
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
        report = check("propensity", monitor, ArrayEngine(tables))
        return replace(report, baseline_date=baseline_date, current_date=current_date)

    def _feature(self, name: str) -> Feature:
        return Feature(range=(0.0, 1.0), bins=self.bins) if name == SCORE else Feature()


def _table(window: Any) -> Mapping[str, Any]:
    """Columns by name, of a mapping or a data frame; a plain array is one of scores."""
    if isinstance(window, Mapping):
        return window
    if hasattr(window, "columns"):
        return {str(name): window[name] for name in window.columns}
    return {SCORE: window}
