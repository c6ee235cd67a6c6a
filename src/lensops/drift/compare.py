"""Compare a current window with a baseline, feature by feature, from their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lensops.drift.baseline import FeatureBaseline
from lensops.drift.binning import (
    EXTRAS,
    INFINITE,
    UNREADABLE,
    Binning,
    Counts,
    Pair,
    Tally,
    ValueCounts,
    vector,
    without_few_beyond,
)
from lensops.drift.canonical import VALUES, spelled_alike
from lensops.drift.causes import Case, Cause, find_causes, outside_shares
from lensops.drift.evidence import (
    Evidence,
    Figures,
    Status,
    Windows,
    band_status,
    evidence_word,
    gate_band,
    gate_level,
    measure_shift,
)
from lensops.drift.psi import Vector
from lensops.drift.recipes import Recipe
from lensops.drift.recipes.categories import flag
from lensops.drift.results import FeatureDrift
from lensops.drift.shape import Shape
from lensops.drift.text import repeated_counts
from lensops.drift.two_sample import benjamini_hochberg
from lensops.manifest.drift import Monitor

OUTSIDE = 0.01  # a larger share outside the range cannot be ok
UNFIT = 0.5  # a range that holds less than this of both windows tells nothing
FEWEST_ROWS = 2  # a window with fewer says nothing


@dataclass(frozen=True, slots=True)
class FeatureCounts:
    """One feature counted in both windows, in bins that fit both. No binning: nothing to count."""

    feature: FeatureBaseline
    binning: Binning | None
    baseline: Counts
    current: Counts

    @property
    def pair(self) -> Pair:
        """The two count vectors, without optional bins that no row is in."""
        recipe, binning = self.feature.recipe, self.binning
        if binning is None:
            return Pair((), _EMPTY, _EMPTY, recipe.smooth)
        baseline, current = vector(self.baseline, binning), vector(self.current, binning)
        used = used_bins(recipe, binning, baseline, current)
        labels = np.array([*binning.labels, *EXTRAS], dtype=object)[used]
        smooth, ignores = recipe.smooth, recipe.ignores_empty
        return Pair(tuple(labels.tolist()), baseline[used], current[used], smooth, ignores)


@dataclass(frozen=True, slots=True)
class _Pending:
    """A feature whose figures are known and whose evidence waits for those of all others."""

    counts: FeatureCounts
    pair: Pair
    shape: Shape | None
    figures: Figures | None
    nothing: str = ""


_EMPTY: Vector = np.zeros(0, dtype=np.int64)


def count_features(
    features: Sequence[FeatureBaseline], whole: tuple[Tally, Tally], tallies: tuple[Tally, Tally]
) -> list[FeatureCounts]:
    """The counts of each feature in bins that fit both windows, which follow from the whole ones.

    `tallies` are those of the whole windows, or of one segment.
    """
    return [_fit_bins(feature, whole, tallies) for feature in features]


def compare_features(
    monitor: Monitor, counts: Sequence[FeatureCounts], shapes: Mapping[str, Shape | None]
) -> tuple[FeatureDrift, ...]:
    """The compared features. `shapes` are those of the current window, by feature."""
    pending = [_pending(monitor, item, shapes.get(item.feature.measure.name)) for item in counts]
    q_values = iter(benjamini_hochberg([item.figures.p_value for item in pending if item.figures]))
    return tuple(
        _feature_drift(monitor, item, next(q_values)) if item.figures else _without_data(item)
        for item in pending
    )


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


def _fit_bins(
    feature: FeatureBaseline, whole: tuple[Tally, Tally], tallies: tuple[Tally, Tally]
) -> FeatureCounts:
    name, binning, absent = feature.measure.name, feature.binning, ValueCounts()
    baseline, current = tallies[0].get(name), tallies[1].get(name)
    if name not in whole[0] or name not in whole[1]:
        return FeatureCounts(feature, None, baseline or absent, current or absent)
    entire = whole[0][name], whole[1][name]
    if isinstance(entire[0], ValueCounts) and isinstance(entire[1], ValueCounts):
        return _fit_values(feature, entire[0], entire[1], baseline or absent, current or absent)
    if baseline is None or current is None:
        return FeatureCounts(feature, None, baseline or absent, current or absent)
    if binning is not None and binning.beyond:
        binning = without_few_beyond(binning, *(vector(side, binning) for side in entire))
    return FeatureCounts(feature, binning, baseline, current)


def _fit_values(
    feature: FeatureBaseline,
    entire_baseline: ValueCounts,
    entire_current: ValueCounts,
    baseline: Counts,
    current: Counts,
) -> FeatureCounts:
    assert isinstance(baseline, ValueCounts)  # noqa: S101  # a part of what is counted by value
    assert isinstance(current, ValueCounts)  # noqa: S101
    if feature.measure.derivation == "repeated":
        return FeatureCounts(
            feature, flag(feature.recipe.name), *repeated_counts(baseline, current)
        )
    spelled = spelled_alike(entire_current, entire_baseline)
    binning = feature.recipe.categories(feature.watched.feature, entire_baseline, spelled)
    current = spelled_alike(current, entire_baseline)
    return FeatureCounts(feature, binning, baseline, current)


def _pending(monitor: Monitor, counts: FeatureCounts, shape: Shape | None) -> _Pending:
    pair = counts.pair
    if nothing := _nothing_to_compare(counts, pair, shape):
        return _Pending(counts, pair, shape, None, nothing)
    windows = Windows(counts.baseline, counts.current, (counts.feature.shape, shape))
    band = gate_band(monitor, counts.feature.watched.bands)
    return _Pending(counts, pair, shape, measure_shift(pair, windows, band, monitor.confidence))


def _nothing_to_compare(counts: FeatureCounts, pair: Pair, shape: Shape | None) -> str:
    """Why two windows say nothing of drift, or nothing."""
    for name, side in (("baseline", counts.baseline), ("current window", counts.current)):
        if side.rows < FEWEST_ROWS:
            return f"the {name} has {side.rows} row{'' if side.rows == 1 else 's'}"
    if not counts.baseline.present and not counts.current.present:
        return "neither window has a value: all are missing"
    if counts.binning is None or not min(pair.sizes):
        return "a window has no values"
    occupied = (pair.baseline + pair.current) > 0
    shapes = [item for item in (counts.feature.shape, shape) if item]
    constant = all(item.low == item.high for item in shapes)
    if occupied.sum() == 1 and constant and counts.feature.measure.kind != "flag":
        return "every value is the same: a constant says nothing of drift"
    return ""


def _feature_drift(monitor: Monitor, pending: _Pending, q_value: float) -> FeatureDrift:
    counts, figures, binning = pending.counts, pending.figures, pending.counts.binning
    assert figures is not None  # noqa: S101  # only features with figures come here
    assert binning is not None  # noqa: S101  # and these have bins
    bands = counts.feature.watched.bands
    status, band = band_status(figures.psi, bands), gate_band(monitor, bands)
    evidence = evidence_word(status, figures, q_value, band, gate_level(monitor))
    outside = outside_shares(binning, pending.pair)
    unfit = _unfit(counts, outside)
    if unfit and evidence not in {Evidence.CONFIRMED, Evidence.SMALL}:
        evidence = Evidence.INCONCLUSIVE
    case = Case(
        binning,
        pending.pair,
        figures,
        evidence,
        Windows(counts.baseline, counts.current, (counts.feature.shape, pending.shape)),
    )
    if status is Status.OK and (
        max(outside) > OUTSIDE or _lost_share(pending.pair) > OUTSIDE or unfit
    ):
        status = Status.WARNING
    drift = _as_feature(pending, status, evidence)
    causes = find_causes(case)
    return replace(drift, figures=figures, q_value=q_value, causes=causes, unfit=unfit)


def _unfit(counts: FeatureCounts, outside: tuple[float, float]) -> str:
    """Why the bins cannot tell of drift, or nothing."""
    if min(outside) > UNFIT:
        return f"{min(outside):.0%} or more of both windows lie outside the declared range"
    sides = (counts.baseline, counts.current)
    if any(isinstance(side, ValueCounts) and side.unlisted for side in sides):
        return f"more than {VALUES:,} different values: too many for a category"
    return ""


def _lost_share(pair: Pair) -> float:
    """How much larger the share of infinite and unreadable values became."""
    shares = [pair.share(label) for label in (INFINITE, UNREADABLE)]
    return sum(share[1] - share[0] for share in shares)


def _without_data(pending: _Pending) -> FeatureDrift:
    cause = Cause("no data", pending.nothing)
    return replace(_as_feature(pending, Status.NO_DATA, Evidence.INCONCLUSIVE), causes=(cause,))


def _as_feature(pending: _Pending, status: Status, evidence: Evidence) -> FeatureDrift:
    counts, pair = pending.counts, pending.pair
    binning, feature = counts.binning, counts.feature
    categories = binning.values if binning and binning.kind == "category" else ()
    return FeatureDrift(
        name=feature.measure.name,
        kind=feature.measure.kind,
        recipe=feature.recipe.name,
        labels=pair.labels,
        edges=tuple(binning.edges or categories) if binning else (),
        baseline_counts=tuple(int(count) for count in pair.baseline),
        current_counts=tuple(int(count) for count in pair.current),
        status=status,
        evidence=evidence,
        bands=feature.watched.bands,
        missing=(counts.baseline.missing, counts.current.missing),
    )
