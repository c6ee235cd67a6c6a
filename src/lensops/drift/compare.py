"""Compare a current window with a baseline, feature by feature, from their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lensops.drift.binning import INFINITE, UNREADABLE, Pair
from lensops.drift.causes import Case, Cause, find_causes, outside_shares
from lensops.drift.count import FeatureCounts, used_bins
from lensops.drift.evidence import (
    BinWindows,
    Evidence,
    Figures,
    Status,
    ValueWindows,
    band_status,
    evidence_word,
    gate_band,
    gate_level,
    measure_shift,
)
from lensops.drift.psi import Vector
from lensops.drift.results import FeatureDrift, SegmentDrift, Split
from lensops.drift.text import VALUES
from lensops.drift.two_sample import benjamini_hochberg
from lensops.manifest.drift import Monitor

OUTSIDE = 0.01  # a larger share outside the range cannot be ok
UNFIT = 0.5  # a range that holds less than this of both windows tells nothing
FEWEST_ROWS = 2  # a window with fewer says nothing


@dataclass(frozen=True, slots=True)
class _Measured:
    """A feature whose figures are known and whose evidence waits for those of all others."""

    counts: FeatureCounts
    pair: Pair
    figures: Figures


def compare_features(monitor: Monitor, counts: Sequence[FeatureCounts]) -> tuple[FeatureDrift, ...]:
    """The compared features, in their order."""
    pending = [_measure(monitor, item) for item in counts]
    measured = [item for item in pending if isinstance(item, _Measured)]
    q_values = iter(benjamini_hochberg([item.figures.p_value for item in measured]))
    return tuple(
        _feature_drift(monitor, item, next(q_values)) if isinstance(item, _Measured) else item
        for item in pending
    )


def compare_segment(monitor: Monitor, name: str, counts: list[FeatureCounts]) -> SegmentDrift:
    """The comparison within one segment."""
    n = max((item.windows.baseline.rows for item in counts), default=0)
    m = max((item.windows.current.rows for item in counts), default=0)
    return SegmentDrift(n, m, compare_features(monitor, counts), segment=name)


def split_shift(feature: FeatureDrift, segments: Mapping[str, list[FeatureCounts]]) -> FeatureDrift:
    """The feature with its PSI split into another mix of segments and a shift within them.

    With p and q the shares of both windows and r those of the baseline's segments in the current
    mix, PSI = sum (q - p) ln(q / p) = sum (r - p) ln(q / p) + sum (q - r) ln(q / p).
    """
    parts = [
        item for s in segments.values() for item in s if item.feature.measure.name == feature.name
    ]
    if feature.psi is None or not parts:
        return feature
    recipe, binning = parts[0].feature.recipe, parts[0].binning
    sides = [part.vectors for part in parts]
    p, q = (np.sum([side[index] for side in sides], axis=0) for index in (0, 1))
    used = used_bins(recipe, binning, p, q) & ((p + q > 0) | (not recipe.ignores_empty))
    mixed = _in_current_mix([(old[used], new[used]) for old, new in sides])
    if mixed is None or not p[used].sum() or not q[used].sum():
        return feature
    logs = np.log(recipe.smooth(q[used]) / recipe.smooth(p[used]))
    mix = float(((mixed - p[used] / p[used].sum()) * logs).sum())
    return replace(feature, split=Split(mix, feature.psi - mix))


def _in_current_mix(sides: list[tuple[Vector, Vector]]) -> Vector | None:
    """The baseline's shares, its segments weighed as the current window has them."""
    shared = [(old, new) for old, new in sides if old.sum()]
    weights = np.array([new.sum() for _, new in shared], dtype=np.float64)
    if not weights.sum():
        return None
    inside = np.stack([old / old.sum() for old, _ in shared])
    mixed: Vector = (weights / weights.sum()) @ inside
    return mixed


def _measure(monitor: Monitor, counts: FeatureCounts) -> _Measured | FeatureDrift:
    pair = counts.pair
    if nothing := _nothing_to_compare(counts, pair):
        return _without_data(counts, pair, nothing)
    band = gate_band(monitor, counts.feature.watched.bands)
    figures = measure_shift(pair, counts.windows, band, monitor.confidence)
    return _Measured(counts, pair, figures)


def _nothing_to_compare(counts: FeatureCounts, pair: Pair) -> str:
    """Why two windows say nothing of drift, or nothing."""
    windows = counts.windows
    for name, side in (("baseline", windows.baseline), ("current window", windows.current)):
        if side.rows < FEWEST_ROWS:
            return f"the {name} has {side.rows} row{'' if side.rows == 1 else 's'}"
    if not windows.baseline.present and not windows.current.present:
        return "neither window has a value: all are missing"
    if not min(pair.sizes):
        return "a window has no values"
    if _is_constant(counts, pair):
        return "every value is the same: a constant says nothing of drift"
    return ""


def _is_constant(counts: FeatureCounts, pair: Pair) -> bool:
    if counts.feature.measure.kind == "flag" or ((pair.baseline + pair.current) > 0).sum() > 1:
        return False
    shapes = counts.windows.shapes if isinstance(counts.windows, BinWindows) else ()
    return all(shape.low == shape.high for shape in shapes if shape)


def _feature_drift(monitor: Monitor, measured: _Measured, q_value: float) -> FeatureDrift:
    counts, figures, pair = measured.counts, measured.figures, measured.pair
    bands = counts.feature.watched.bands
    status, band = band_status(figures.psi, bands), gate_band(monitor, bands)
    evidence = evidence_word(status, figures, q_value, band, gate_level(monitor))
    outside = outside_shares(counts.binning, pair)
    unfit = _unfit(counts, outside)
    if unfit and evidence is not Evidence.CONFIRMED:
        evidence = Evidence.INCONCLUSIVE
    if status is Status.OK and (max(outside) > OUTSIDE or _lost_share(pair) > OUTSIDE or unfit):
        status = Status.WARNING
    causes = find_causes(Case(counts.binning, pair, figures, evidence, counts.windows))
    drift = _as_feature(counts, pair, status, evidence)
    return replace(drift, figures=figures, q_value=q_value, causes=causes, unfit=unfit)


def _unfit(counts: FeatureCounts, outside: tuple[float, float]) -> str:
    """Why the bins cannot tell of drift, or nothing."""
    if min(outside) > UNFIT:
        return f"{min(outside):.0%} or more of both windows lie outside the declared range"
    windows = counts.windows
    if isinstance(windows, ValueWindows) and (
        windows.baseline.unlisted or windows.current.unlisted
    ):
        return f"more than {VALUES:,} different values: too many for a category"
    return ""


def _lost_share(pair: Pair) -> float:
    """How much larger the share of infinite and unreadable values became."""
    shares = [pair.share(label) for label in (INFINITE, UNREADABLE)]
    return sum(share[1] - share[0] for share in shares)


def _without_data(counts: FeatureCounts, pair: Pair, nothing: str) -> FeatureDrift:
    drift = _as_feature(counts, pair, Status.NO_DATA, Evidence.INCONCLUSIVE)
    return replace(drift, causes=(Cause("no data", nothing),))


def _as_feature(
    counts: FeatureCounts, pair: Pair, status: Status, evidence: Evidence
) -> FeatureDrift:
    binning, feature, windows = counts.binning, counts.feature, counts.windows
    categories = binning.values if binning.kind == "category" else ()
    return FeatureDrift(
        name=feature.measure.name,
        kind=feature.measure.kind,
        recipe=feature.recipe.name,
        labels=pair.labels,
        edges=tuple(binning.edges or categories),
        baseline_counts=tuple(int(count) for count in pair.baseline),
        current_counts=tuple(int(count) for count in pair.current),
        status=status,
        evidence=evidence,
        bands=feature.watched.bands,
        missing=(windows.baseline.missing, windows.current.missing),
    )
