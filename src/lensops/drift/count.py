"""Count both windows: the rows of each feature in bins that fit both, whole or of one segment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lensops.drift.binning import (
    EXTRAS,
    BinCounts,
    Binning,
    Counts,
    Pair,
    Tally,
    ValueCounts,
    vector,
    without_few_beyond,
)
from lensops.drift.engine import (
    MISSING_SEGMENT,
    OTHER_SEGMENTS,
    CountQuery,
    Engine,
    Group,
)
from lensops.drift.evidence import BinWindows, ValueWindows, Windows
from lensops.drift.prepare import Baseline, FeatureBaseline, even_step
from lensops.drift.psi import Vector
from lensops.drift.recipes import Recipe, flag
from lensops.drift.shape import Shape, shape_of
from lensops.drift.text import repeated_counts, spelled_alike
from lensops.drift.windows import Resolved, count_window
from lensops.manifest.drift import Monitor

Shapes = Mapping[str, Shape | None]
Tallies = Mapping[str | None, Tally]


@dataclass(frozen=True, slots=True)
class FeatureCounts:
    """One feature counted in both windows, in bins that fit both."""

    feature: FeatureBaseline
    binning: Binning
    windows: Windows

    @property
    def vectors(self) -> tuple[Vector, Vector]:
        """The rows of both windows in the report's bins and in `EXTRAS`."""
        windows = self.windows
        return vector(windows.baseline, self.binning), vector(windows.current, self.binning)

    @property
    def pair(self) -> Pair:
        """The two count vectors, without optional bins that no row is in."""
        recipe, (baseline, current) = self.feature.recipe, self.vectors
        used = used_bins(recipe, self.binning, baseline, current)
        labels = np.array([*self.binning.labels, *EXTRAS], dtype=object)[used]
        smooth, ignores = recipe.smooth, recipe.ignores_empty
        return Pair(tuple(labels.tolist()), baseline[used], current[used], smooth, ignores)


@dataclass(frozen=True, slots=True)
class CountedWindows:
    """All that is compared: the features of the whole windows and of each segment."""

    whole: list[FeatureCounts]
    segments: Mapping[str, list[FeatureCounts]]


def count_windows(
    monitor: Monitor, engine: Engine, baseline: Baseline, current: Resolved
) -> CountedWindows:
    """The current window counted in the baseline's bins, beside the baseline's own counts.

    Raises `Stale` for rows that came or went while they were read.
    """
    group = Group("column", monitor.by, baseline.segments) if monitor.by else None
    query = CountQuery(baseline.binnings, group)
    tallies = count_window(engine, current, query, "the current window")
    whole = baseline.tallies.get(None, {}), tallies.get(None, {})
    counts = count_features(baseline.features, whole, whole, _shapes(engine, current, baseline))
    return CountedWindows(counts, dict(_segment_counts(baseline, tallies, whole)) if group else {})


def count_features(
    features: Sequence[FeatureBaseline],
    whole: tuple[Tally, Tally],
    tallies: tuple[Tally, Tally],
    shapes: Shapes,
) -> list[FeatureCounts]:
    """The counts of each feature in bins that fit both windows, which follow from the whole ones.

    `tallies` are those of the whole windows, or of one segment; `shapes` those of the current
    window's numbers.
    """
    return [_fit_bins(feature, whole, tallies, shapes) for feature in features]


def used_bins(
    recipe: Recipe, binning: Binning, baseline: Vector, current: Vector
) -> NDArray[np.bool_]:
    """Which of the binning's bins and of `EXTRAS` count: those always there, or with rows in.

    A recipe that drops missing rows takes them in where a window has no others.
    """
    used: NDArray[np.bool_] = (baseline + current) > 0
    used[: binning.fixed] = True
    values = slice(0, len(binning.labels))
    if not recipe.extras and baseline[values].sum() and current[values].sum():
        used[-len(EXTRAS) :] = False
    return used


def _shapes(engine: Engine, current: Resolved, baseline: Baseline) -> Shapes:
    measures = [feature.measure for feature in baseline.features if feature.shape is not None]
    step = even_step(current.extremes.rows, len(measures))
    samples = engine.sample(current.rows, measures, step)
    return {name: shape_of(sample) for name, sample in samples.items()}


def _segment_counts(
    baseline: Baseline, tallies: Tallies, whole: tuple[Tally, Tally]
) -> Iterator[tuple[str, list[FeatureCounts]]]:
    """The counts within each segment that either window has."""
    for name in dict.fromkeys([*baseline.segments, OTHER_SEGMENTS, MISSING_SEGMENT]):
        sides = baseline.tallies.get(name, {}), tallies.get(name, {})
        if any(sides):
            yield name, count_features(baseline.features, whole, sides, {})


def _fit_bins(
    feature: FeatureBaseline,
    whole: tuple[Tally, Tally],
    tallies: tuple[Tally, Tally],
    shapes: Shapes,
) -> FeatureCounts:
    if feature.binning is None:
        return _fit_values(feature, whole, tallies)
    name, binning = feature.measure.name, feature.binning
    if binning.beyond:
        entire = [_binned(side.get(name), binning) for side in whole]
        binning = without_few_beyond(binning, *(vector(side, binning) for side in entire))
    baseline, current = (_binned(side.get(name), binning) for side in tallies)
    windows = BinWindows(baseline, current, binning.tested, (feature.shape, shapes.get(name)))
    return FeatureCounts(feature, binning, windows)


def _fit_values(
    feature: FeatureBaseline, whole: tuple[Tally, Tally], tallies: tuple[Tally, Tally]
) -> FeatureCounts:
    name = feature.measure.name
    baseline, current = (_by_value(side.get(name)) for side in tallies)
    if feature.measure.derivation == "repeated":
        binning = flag(feature.recipe.name)
        repeated = BinWindows(*repeated_counts(baseline, current), binning.tested)
        return FeatureCounts(feature, binning, repeated)
    entire = _by_value(whole[0].get(name))
    spelled = spelled_alike(_by_value(whole[1].get(name)), entire)
    binning = feature.recipe.categories(feature.watched.feature, entire, spelled)
    return FeatureCounts(feature, binning, ValueWindows(baseline, spelled_alike(current, entire)))


def _binned(counts: Counts | None, binning: Binning) -> BinCounts:
    """The counts of a binning; of no row where a window or a segment has none."""
    return counts if isinstance(counts, BinCounts) else BinCounts((0,) * len(binning.groups))


def _by_value(counts: Counts | None) -> ValueCounts:
    return counts if isinstance(counts, ValueCounts) else ValueCounts()
