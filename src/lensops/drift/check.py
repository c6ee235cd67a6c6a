"""Check one monitor: settle its windows, count both, compare, and split by segments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from lensops.drift.baseline import Baseline, Ready, even_step, prepare, with_total
from lensops.drift.compare import Seen, features, used
from lensops.drift.engine import NOWHERE, OTHERS, Asked, Engine, Group, Rows
from lensops.drift.features import require
from lensops.drift.layout import Layout, Measure, Tally
from lensops.drift.psi import Vector
from lensops.drift.recipes import recipe_of
from lensops.drift.recipes.categories import NEW
from lensops.drift.report import DriftReport, FeatureDrift, SegmentDrift, Split
from lensops.drift.shape import same_cells
from lensops.drift.windows import Resolved, baseline_rows, current_rows, settle, up_to
from lensops.manifest.drift import Monitor

EXAMPLES = 3  # new categories that are named
Tallies = Mapping[str | None, Tally]


def check(name: str, monitor: Monitor, engine: Engine, kept: Baseline | None = None) -> DriftReport:
    """The report of one monitor. With `kept`, a profile's baseline, only `current` is read.

    Raises `UserError` for columns and timestamps that are not as declared.
    """
    current = current_of(monitor, engine)
    baseline = kept or baseline_of(monitor, engine, current.rows)
    group = Group("column", monitor.by, baseline.segments) if monitor.by else None
    asked = Asked(baseline.layouts, group)
    tallies = with_total(engine.count(current.rows, asked)) if baseline.layouts else {}
    both = baseline.tallies.get(None, {}), tallies.get(None, {})
    seen = _seen(engine, current, baseline.features, both[1])
    found = features(monitor, baseline.features, both, seen)
    if group:
        found = tuple(_split(baseline, tallies, feature) for feature in found)
    return DriftReport(
        n_baseline=baseline.rows,
        n_current=current.extremes.rows,
        features=found,
        name=name,
        baseline_date=baseline.date,
        current_date=current.date,
        segments=tuple(_segments(monitor, baseline, tallies)) if group else (),
        by=monitor.by,
        notes=tuple(dict.fromkeys((*baseline.notes, *current.notes))),
    )


def current_of(monitor: Monitor, engine: Engine) -> Resolved:
    """The current window as the manifest declares it."""
    rows = current_rows(monitor)
    require(monitor, engine, rows, "the current window")
    return settle(engine, rows, monitor.current)


def baseline_of(monitor: Monitor, engine: Engine, current: Rows | None) -> Baseline:
    """The baseline as the manifest declares it, read from its data."""
    return prepare(monitor, engine, baseline_window(monitor, engine, current), current)


def baseline_window(monitor: Monitor, engine: Engine, current: Rows | None) -> Resolved:
    """The baseline's window as the manifest declares it."""
    rows = baseline_rows(monitor)
    require(monitor, engine, rows, "the baseline")
    if current is not None:
        rows = up_to(rows, monitor.baseline, current)
    return settle(engine, rows, monitor.baseline)


def _seen(
    engine: Engine, current: Resolved, ready: Sequence[Ready], tally: Tally
) -> dict[str, Seen]:
    """The shapes of numbers and the new categories of the current window."""
    shaped = [one for one in ready if one.shape is not None]
    step = even_step(current.extremes.rows, len(shaped))
    samples = engine.sample(current.rows, [one.measure for one in shaped], step)
    seen = {
        one.measure.name: Seen(shape=same_cells(one.shape, samples[one.measure.name]))
        for one in shaped
        if one.shape is not None
    }
    for one in ready:
        if one.layout is not None and one.layout.kind == "category" and _has_new(one, tally):
            found = engine.values(current.rows, one.measure, EXAMPLES, one.layout.values)
            seen[one.measure.name] = Seen(newcomers=tuple(value for value, _ in found))
    return seen


def _has_new(one: Ready, tally: Tally) -> bool:
    layout, counts = one.layout, tally.get(one.measure.name)
    if layout is None or counts is None or NEW not in layout.labels:
        return False
    return bool(counts.vector(layout)[layout.labels.index(NEW)])


def _segments(monitor: Monitor, baseline: Baseline, tallies: Tallies) -> Iterator[SegmentDrift]:
    """The comparison within each segment that either window has."""
    for name in dict.fromkeys([*baseline.segments, OTHERS, NOWHERE]):
        both = baseline.tallies.get(name, {}), tallies.get(name, {})
        if any(both):
            found = features(monitor, baseline.features, both, {})
            yield SegmentDrift(rows_of(both[0]), rows_of(both[1]), found, segment=name)


def rows_of(tally: Tally) -> int:
    """Rows of a group: every feature counts each of them once."""
    return max((counts.rows for counts in tally.values()), default=0)


def _split(baseline: Baseline, tallies: Tallies, feature: FeatureDrift) -> FeatureDrift:
    """The feature with its PSI split into another mix of segments and a shift within them.

    With p and q the shares of both windows and r those of the baseline's segments in the current
    mix, PSI = sum (q - p) ln(q / p) = sum (r - p) ln(q / p) + sum (q - r) ln(q / p).
    """
    ready = next(one for one in baseline.features if one.measure.name == feature.name)
    if feature.psi is None or ready.layout is None:
        return feature
    both = [_matrix(each, ready.measure, ready.layout) for each in (baseline.tallies, tallies)]
    if not all(both):
        return feature
    recipe = recipe_of(ready.measure, ready.watched.feature)
    p, q = (np.sum([*each.values()], axis=0) for each in both)
    kept = used(recipe, ready.layout, p, q)
    p, q = p[kept], q[kept]
    before, after = ({name: cells[kept] for name, cells in each.items()} for each in both)
    shared = [name for name in after if name in before and before[name].sum()]
    weights = np.array([after[name].sum() for name in shared], dtype=np.float64)
    if not weights.sum():
        return feature
    inside = np.stack([before[name] / before[name].sum() for name in shared])
    mixed = (weights / weights.sum()) @ inside
    logs = np.log(recipe.smooth(q) / recipe.smooth(p))
    mix = float(((mixed - p / p.sum()) * logs).sum())
    return replace(feature, split=Split(mix, feature.psi - mix))


def _matrix(tallies: Tallies, measure: Measure, layout: Layout) -> dict[str, Vector]:
    """The cells of a feature by segment."""
    return {
        segment: tally[measure.name].vector(layout)
        for segment, tally in tallies.items()
        if segment is not None and measure.name in tally
    }
