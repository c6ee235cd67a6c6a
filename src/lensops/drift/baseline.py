"""A baseline made ready: the cells of each feature, the rows in them, and its fine shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lensops.drift.engine import Asked, Engine, Extremes, Group, Rows
from lensops.drift.features import Watched, watched
from lensops.drift.layout import Layout, Measure, Tally
from lensops.drift.psi import Shares
from lensops.drift.recipes import Known, Recipe, recipe_of
from lensops.drift.recipes.evidently import FEW
from lensops.drift.shape import Shape, shape_of
from lensops.drift.windows import Resolved
from lensops.errors import UserError
from lensops.manifest.drift import Monitor

VALUES = 1_000  # categories that a baseline remembers, with or without a cell of their own
EXACT = 2_000_000  # numbers that are held in memory to find exact quantiles
EVEN = 100_000  # rows that are taken evenly where there are more
LEAST = 5_000  # rows that are taken of however many features
SEGMENTS = 50  # segments that are reported by themselves


@dataclass(frozen=True, slots=True)
class Ready:
    """One feature of a baseline. Without a layout it has no value to compare with."""

    watched: Watched
    layout: Layout | None
    shape: Shape | None = None

    @property
    def measure(self) -> Measure:
        return self.watched.measure


@dataclass(frozen=True, slots=True)
class Baseline:
    """All that a comparison needs of the baseline; what a profile keeps.

    `tallies` holds the counts by segment, under None those of all rows.
    """

    rows: int
    features: tuple[Ready, ...]
    tallies: Mapping[str | None, Tally]
    segments: tuple[str, ...] = ()
    date: str | None = None
    fingerprint: str = ""
    notes: tuple[str, ...] = ()

    @property
    def layouts(self) -> dict[Measure, Layout]:
        return {ready.measure: ready.layout for ready in self.features if ready.layout}


def prepare(monitor: Monitor, engine: Engine, window: Resolved, current: Rows | None) -> Baseline:
    """The baseline of a window. `current` is there for recipes that look at both windows."""
    features = watched(monitor, engine, window.rows)
    samples = engine.sample(
        window.rows, _sampled(features), _step(window.extremes, len(_sampled(features)))
    )
    ready = tuple(
        _ready(one, engine, window.rows, current, samples.get(one.measure.name)) for one in features
    )
    layouts = {one.measure: one.layout for one in ready if one.layout}
    segments = _segments(monitor, engine, window.rows)
    group = Group("column", monitor.by, segments) if monitor.by else None
    tallies = engine.count(window.rows, Asked(layouts, group)) if layouts else {}
    return Baseline(
        rows=window.extremes.rows,
        features=ready,
        tallies=with_total(tallies),
        segments=segments,
        date=window.date,
        fingerprint=engine.fingerprint(window.rows),
        notes=window.notes,
    )


def refuse_alone(one: Watched) -> None:
    """Raise `UserError` for a feature whose cells follow from both windows: a profile has one."""
    recipe = recipe_of(one.measure, one.feature)
    if recipe.looks_at_both and one.measure.kind != "flag":
        words = f"{one.measure.name}: the recipe {recipe.name} takes its cells from both windows"
        raise UserError(f"{words}, no profile can hold them", "name another, or no `profile:`")


def with_total(tallies: Mapping[str | None, Tally]) -> dict[str | None, Tally]:
    """The counts by segment with those of all rows under None."""
    if None in tallies or not tallies:
        return dict(tallies)
    parts = list(tallies.values())
    total = {name: sum((p[name] for p in parts[1:]), parts[0][name]) for name in parts[0]}
    return {**tallies, None: total}


def even_step(rows: int, measures: int) -> int:
    """Every how many rows one is taken for the shape of a window."""
    most = max(min(EVEN, EXACT // max(measures, 1)), LEAST)
    return max(1, -(-rows // most))


def _step(extremes: Extremes, measures: int) -> int:
    return 1 if extremes.rows * measures <= EXACT else even_step(extremes.rows, measures)


def _sampled(features: Sequence[Watched]) -> list[Measure]:
    return [one.measure for one in features if one.measure.kind == "number"]


def _segments(monitor: Monitor, engine: Engine, rows: Rows) -> tuple[str, ...]:
    if monitor.by is None:
        return ()
    measure = Measure(monitor.by, monitor.by, "category")
    return tuple(value for value, _ in engine.values(rows, measure, SEGMENTS))


def _ready(
    one: Watched, engine: Engine, rows: Rows, current: Rows | None, sample: Shares | None
) -> Ready:
    recipe = recipe_of(one.measure, one.feature)
    if current is None:
        refuse_alone(one)
    known = _known(one.measure, recipe, engine, rows, current, sample)
    if known is None:
        return Ready(one, None)
    layout = recipe.layout(one.measure, one.feature, known)
    return Ready(one, layout, shape_of(sample) if sample is not None else None)


def _known(
    measure: Measure,
    recipe: Recipe,
    engine: Engine,
    rows: Rows,
    current: Rows | None,
    sample: Shares | None,
) -> Known | None:
    """What the recipe may know, or None where the baseline has no value at all."""
    if measure.kind == "flag":
        return Known()
    if measure.kind == "category":
        return _categories(measure, recipe, engine, rows, current)
    if sample is None or not sample.size:
        return None
    if recipe.looks_at_both and current is not None:
        return _both(measure, engine, rows, current, sample)
    return Known(sample=sample)


def _categories(
    measure: Measure, recipe: Recipe, engine: Engine, rows: Rows, current: Rows | None
) -> Known | None:
    found = [value for value, _ in engine.values(rows, measure, VALUES + 1)]
    if not found:
        return None
    levels: tuple[str, ...] = ()
    if recipe.looks_at_both and current is not None:
        other = [value for value, _ in engine.values(current, measure, VALUES)]
        levels = tuple(sorted({*found[:VALUES], *other}))
    return Known(values=tuple(found[:VALUES]), complete=len(found) <= VALUES, levels=levels)


def _both(measure: Measure, engine: Engine, rows: Rows, current: Rows, sample: Shares) -> Known:
    """The extent of both windows, and their distinct numbers where the baseline has few."""
    import numpy as np

    ours, theirs = (engine.extents(side, [measure])[measure.name] for side in (rows, current))
    both = ours | theirs if ours and theirs else ours
    levels: tuple[float, ...] = ()
    if np.unique(sample).size <= FEW and len(engine.values(rows, measure, FEW + 1)) <= FEW:
        found = {
            value for side in (rows, current) for value, _ in engine.values(side, measure, VALUES)
        }
        levels = tuple(value for value in map(float, found) if np.isfinite(value))
    return Known(sample=sample, both=both, levels=levels)
