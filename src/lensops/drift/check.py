"""Check one monitor: resolve its windows, count both, compare, and split by segments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from lensops.drift.baseline import Baseline, even_step, prepare_baseline, require_rows, with_total
from lensops.drift.binning import Tally, vector
from lensops.drift.compare import FeatureCounts, compare_features, count_features, used_bins
from lensops.drift.engine import (
    MISSING_SEGMENT,
    OTHER_SEGMENTS,
    CountQuery,
    Engine,
    Group,
    Rows,
)
from lensops.drift.features import require_columns
from lensops.drift.psi import Vector
from lensops.drift.results import DriftReport, FeatureDrift, SegmentDrift, Split
from lensops.drift.shape import Shape, shape_of
from lensops.drift.windows import (
    Resolved,
    baseline_rows,
    current_rows,
    end_before,
    resolve_window,
)
from lensops.manifest.drift import Monitor

Tallies = Mapping[str | None, Tally]


def check_monitor(
    name: str, monitor: Monitor, engine: Engine, profile: Baseline | None = None
) -> DriftReport:
    """The report of one monitor. With a profile's baseline, only `current` is read.

    Raises `UserError` for columns and timestamps that are not as declared, `Stale` for rows that
    came or went while they were read.
    """
    current = current_window(monitor, engine)
    baseline = profile or read_baseline(monitor, engine, current.rows)
    group = Group("column", monitor.by, baseline.segments) if monitor.by else None
    query = CountQuery(baseline.binnings, group)
    tallies = with_total(engine.count(current.rows, query))
    require_rows(tallies, current.extremes.rows, "the current window")
    whole = baseline.tallies.get(None, {}), tallies.get(None, {})
    counts = count_features(baseline.features, whole, whole)
    features = compare_features(monitor, counts, _shapes(engine, current, baseline))
    segments: dict[str, list[FeatureCounts]] = {}
    if group:
        segments = dict(_segment_counts(baseline, tallies, whole))
        features = tuple(_with_split(feature, segments) for feature in features)
    return DriftReport(
        n_baseline=baseline.rows,
        n_current=current.extremes.rows,
        features=features,
        name=name,
        baseline_date=baseline.date,
        current_date=current.date,
        segments=tuple(_segment(monitor, *item) for item in segments.items()),
        by=monitor.by,
        notes=tuple(dict.fromkeys((*baseline.notes, *current.notes))),
    )


def current_window(monitor: Monitor, engine: Engine) -> Resolved:
    """The current window as the manifest declares it."""
    rows = current_rows(monitor)
    require_columns(monitor, engine, rows, "the current window")
    return resolve_window(engine, rows, monitor.current)


def read_baseline(monitor: Monitor, engine: Engine, current: Rows | None) -> Baseline:
    """The baseline as the manifest declares it, read from its data."""
    window = baseline_window(monitor, engine, current)
    return prepare_baseline(monitor, engine, window, current)


def baseline_window(monitor: Monitor, engine: Engine, current: Rows | None) -> Resolved:
    """The baseline's window as the manifest declares it."""
    rows = baseline_rows(monitor)
    require_columns(monitor, engine, rows, "the baseline")
    if current is not None:
        rows = end_before(rows, monitor.baseline, current)
    return resolve_window(engine, rows, monitor.baseline)


def tally_rows(tally: Tally) -> int:
    """Rows of a group: every feature counts each of them once."""
    return max((counts.rows for counts in tally.values()), default=0)


def _shapes(engine: Engine, current: Resolved, baseline: Baseline) -> dict[str, Shape | None]:
    """The shapes of the current window's numbers."""
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
            yield name, count_features(baseline.features, whole, sides)


def _segment(monitor: Monitor, name: str, counts: list[FeatureCounts]) -> SegmentDrift:
    n = max((item.baseline.rows for item in counts), default=0)
    m = max((item.current.rows for item in counts), default=0)
    return SegmentDrift(n, m, compare_features(monitor, counts, {}), segment=name)


def _with_split(feature: FeatureDrift, segments: Mapping[str, list[FeatureCounts]]) -> FeatureDrift:
    """The feature with its PSI split into another mix of segments and a shift within them.

    With p and q the shares of both windows and r those of the baseline's segments in the current
    mix, PSI = sum (q - p) ln(q / p) = sum (r - p) ln(q / p) + sum (q - r) ln(q / p).
    """
    parts = [_own(counts, feature.name) for counts in segments.values()]
    binned = [part for part in parts if part.binning is not None]
    if feature.psi is None or not binned:
        return feature
    recipe, binning = binned[0].feature.recipe, binned[0].binning
    assert binning is not None  # noqa: S101  # selected above
    sides = [(vector(part.baseline, binning), vector(part.current, binning)) for part in binned]
    p, q = (np.sum([side[index] for side in sides], axis=0) for index in (0, 1))
    used = used_bins(recipe, binning, p, q) & ((p + q > 0) | (not recipe.ignores_empty))
    mixed = _in_current_mix([(old[used], new[used]) for old, new in sides])
    if mixed is None or not p[used].sum() or not q[used].sum():
        return feature
    logs = np.log(recipe.smooth(q[used]) / recipe.smooth(p[used]))
    mix = float(((mixed - p[used] / p[used].sum()) * logs).sum())
    return replace(feature, split=Split(mix, feature.psi - mix))


def _own(counts: list[FeatureCounts], name: str) -> FeatureCounts:
    return next(item for item in counts if item.feature.measure.name == name)


def _in_current_mix(sides: list[tuple[Vector, Vector]]) -> Vector | None:
    """The baseline's shares, its segments weighed as the current window has them."""
    shared = [(old, new) for old, new in sides if old.sum()]
    weights = np.array([new.sum() for _, new in shared], dtype=np.float64)
    if not weights.sum():
        return None
    inside = np.stack([old / old.sum() for old, _ in shared])
    mixed: Vector = (weights / weights.sum()) @ inside
    return mixed
