"""Compare a current window with a baseline, feature by feature, from their count vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lensops.drift import evidence
from lensops.drift.baseline import Ready
from lensops.drift.causes import Case, Cause, causes, outside_share
from lensops.drift.evidence import Evidence, Figures, Status
from lensops.drift.homogeneity import adjusted
from lensops.drift.layout import EXTRAS, Counts, Layout, Pair, Tally
from lensops.drift.psi import Vector
from lensops.drift.recipes import Recipe, recipe_of
from lensops.drift.report import FeatureDrift
from lensops.drift.shape import Shape
from lensops.manifest.drift import Monitor

OUTSIDE = 0.01  # a larger share outside the range cannot be ok
LEAST_ROWS = 2  # a window with fewer says nothing


@dataclass(frozen=True, slots=True)
class Seen:
    """What the current window showed of one feature beside its counts."""

    shape: Shape | None = None
    newcomers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Half:
    """A feature whose figures are known and whose evidence waits for those of all others."""

    ready: Ready
    pair: Pair
    counts: tuple[Counts, Counts]
    figures: Figures | None
    nothing: str = ""


def features(
    monitor: Monitor,
    ready: Sequence[Ready],
    tallies: tuple[Tally, Tally],
    seen: Mapping[str, Seen],
) -> tuple[FeatureDrift, ...]:
    """The compared features of the baseline's and the current window's counts."""
    halves = [_half(monitor, one, tallies, seen) for one in ready]
    tested = [half.figures.p_value for half in halves if half.figures]
    q_values = iter(adjusted(tested))
    return tuple(
        _whole(monitor, half, next(q_values), seen.get(half.ready.measure.name, Seen()))
        if half.figures
        else _nothing(half)
        for half in halves
    )


def pair_of(ready: Ready, layout: Layout, baseline: Counts, current: Counts) -> Pair:
    """The two count vectors of a feature, without optional cells that no row is in."""
    recipe = recipe_of(ready.measure, ready.watched.feature)
    before, after = baseline.vector(layout), current.vector(layout)
    kept = used(recipe, layout, before, after)
    labels = np.array([*layout.labels, *EXTRAS], dtype=object)[kept]
    return Pair(tuple(labels.tolist()), before[kept], after[kept], recipe.smooth)


def used(recipe: Recipe, layout: Layout, before: Vector, after: Vector) -> NDArray[np.bool_]:
    """Which of the layout's cells and of `EXTRAS` count: those always there, or with rows in."""
    kept: NDArray[np.bool_] = (before + after) > 0
    kept[: layout.fixed] = True
    if not recipe.extras:
        kept[-len(EXTRAS) :] = False
    return kept


def _half(
    monitor: Monitor, ready: Ready, tallies: tuple[Tally, Tally], seen: Mapping[str, Seen]
) -> _Half:
    name, layout = ready.measure.name, ready.layout
    if layout is None or name not in tallies[0] or name not in tallies[1]:
        empty = np.zeros(0, dtype=np.int64)
        pair = Pair((), empty, empty, recipe_of(ready.measure, ready.watched.feature).smooth)
        words = "the baseline has no values" if layout is None else "a window has no rows"
        return _Half(ready, pair, (Counts(()), Counts(())), None, words)
    counts = tallies[0][name], tallies[1][name]
    pair = pair_of(ready, layout, *counts)
    if words := _nothing_to_compare(ready, pair, counts, seen.get(name, Seen())):
        return _Half(ready, pair, counts, None, words)
    band = evidence.deciding(monitor, ready.watched.bands)
    return _Half(ready, pair, counts, evidence.measure(pair, band, monitor.confidence))


def _nothing_to_compare(ready: Ready, pair: Pair, counts: tuple[Counts, Counts], seen: Seen) -> str:
    """Why two windows say nothing of drift, or nothing."""
    for name, side in zip(("baseline", "current window"), counts, strict=True):
        if side.rows < LEAST_ROWS:
            return f"the {name} has {side.rows} row{'' if side.rows == 1 else 's'}"
        if not side.present:
            return f"the {name} has no values: all {side.rows:,} are missing"
    if not min(pair.sizes):
        return "a window has no values"
    used = (pair.baseline + pair.current) > 0
    shapes = [shape for shape in (ready.shape, seen.shape) if shape]
    fixed = all(shape.low == shape.high for shape in shapes) and ready.measure.kind != "flag"
    if used.sum() == 1 and fixed:
        return "every value is the same: a constant says nothing of drift"
    return ""


def _whole(monitor: Monitor, half: _Half, q_value: float, seen: Seen) -> FeatureDrift:
    ready, figures, layout = half.ready, half.figures, half.ready.layout
    assert figures is not None  # noqa: S101  # only halves with figures come here
    assert layout is not None  # noqa: S101  # and these have a layout
    bands = ready.watched.bands
    status = evidence.banded(figures.psi, bands)
    band = evidence.deciding(monitor, bands)
    word = evidence.word(status, figures, q_value, band, 1 - monitor.confidence)
    case = Case(layout, half.pair, figures, word, ready.shape, seen.shape, seen.newcomers)
    if status is Status.OK and outside_share(case) > OUTSIDE:
        status = Status.WARNING
    made = _feature(half, status, word)
    return replace(made, figures=figures, q_value=q_value, causes=causes(case))


def _nothing(half: _Half) -> FeatureDrift:
    cause = Cause("no data", half.nothing)
    return replace(_feature(half, Status.NO_DATA, Evidence.INCONCLUSIVE), causes=(cause,))


def _feature(half: _Half, status: Status, word: Evidence) -> FeatureDrift:
    ready, layout, pair = half.ready, half.ready.layout, half.pair
    categories = layout.values if layout and layout.kind == "category" else ()
    return FeatureDrift(
        name=ready.measure.name,
        kind=ready.measure.kind,
        recipe=recipe_of(ready.measure, ready.watched.feature).name,
        labels=pair.labels,
        edges=tuple(layout.edges or categories) if layout else (),
        baseline_counts=tuple(int(count) for count in pair.baseline),
        current_counts=tuple(int(count) for count in pair.current),
        status=status,
        evidence=word,
        bands=ready.watched.bands,
        missing=(half.counts[0].missing, half.counts[1].missing),
    )
