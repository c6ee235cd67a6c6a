"""A baseline prepared: the bins of each feature, the rows in them, and the shape of its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lensops.drift.binning import Binning, Measure, Tally
from lensops.drift.engine import CountQuery, Engine, Extremes, Group, Rows
from lensops.drift.features import Watched, watch_features
from lensops.drift.psi import Shares
from lensops.drift.recipes import NumberFacts, Recipe, flag, recipe_of
from lensops.drift.recipes.numbers import FEW, present
from lensops.drift.shape import Shape, shape_of
from lensops.drift.windows import Resolved, baseline_window, count_window
from lensops.errors import UserError
from lensops.manifest.drift import Monitor

EXACT = 2_000_000  # numbers that are held in memory to find exact quantiles
EVEN = 100_000  # rows that are taken evenly where there are more
FEWEST = 5_000  # rows that are taken of however many features
SEGMENTS = 50  # segments that are reported by themselves
LEVELS = 1_000  # distinct values that a recipe may take from the current window


@dataclass(frozen=True, slots=True)
class FeatureBaseline:
    """One feature of a baseline. Categories get their bins when both windows are counted."""

    watched: Watched
    binning: Binning | None
    shape: Shape | None = None

    @property
    def measure(self) -> Measure:
        return self.watched.measure

    @property
    def recipe(self) -> Recipe:
        return recipe_of(self.measure, self.watched.feature)


@dataclass(frozen=True, slots=True)
class Baseline:
    """All that a comparison needs of the baseline; what a profile holds.

    `tallies` holds the counts by segment, under None those of all rows.
    """

    rows: int
    features: tuple[FeatureBaseline, ...]
    tallies: Mapping[str | None, Tally]
    segments: tuple[str, ...] = ()
    date: str | None = None
    fingerprint: str = ""
    notes: tuple[str, ...] = ()
    binnings: Mapping[Measure, Binning | None] = field(init=False)

    def __post_init__(self) -> None:
        binnings = {feature.measure: feature.binning for feature in self.features}
        object.__setattr__(self, "binnings", binnings)


def read_baseline(monitor: Monitor, engine: Engine, current: Rows | None) -> Baseline:
    """The baseline as the manifest declares it, read from its data."""
    return prepare_baseline(monitor, engine, baseline_window(monitor, engine, current), current)


def prepare_baseline(
    monitor: Monitor, engine: Engine, window: Resolved, current: Rows | None
) -> Baseline:
    """The baseline of a window. `current` is there for recipes that look at both windows.

    Raises `Stale` when rows came or went while they were read.
    """
    watched = watch_features(monitor, engine, window.rows)
    numbers = [item.measure for item in watched if item.measure.kind == "number"]
    samples = engine.sample(window.rows, numbers, _sample_step(window.extremes, len(numbers)))
    features = tuple(
        _feature(item, engine, window.rows, current, samples.get(item.measure.name))
        for item in watched
    )
    segments = _segments(monitor, engine, window.rows)
    group = Group("column", monitor.by, segments) if monitor.by else None
    binnings = {feature.measure: feature.binning for feature in features}
    tallies = count_window(engine, window, CountQuery(binnings, group), "the baseline")
    return Baseline(
        rows=window.extremes.rows,
        features=features,
        tallies=tallies,
        segments=segments,
        date=window.date,
        fingerprint=engine.fingerprint(window.rows),
        notes=(*window.notes, *_notes(features, samples)),
    )


def refuse_profile(watched: Watched) -> None:
    """Raise `UserError` for a feature whose bins follow from both windows: a profile has one."""
    recipe = recipe_of(watched.measure, watched.feature)
    if recipe.looks_at_both and watched.measure.kind == "number":
        message = (
            f"{watched.measure.name}: the recipe {recipe.name} takes its bins from both windows"
        )
        raise UserError(f"{message}, no profile can hold them", "name another, or no `profile:`")


def even_step(rows: int, measures: int) -> int:
    """Every how many rows one is taken for the shape of a window."""
    taken = max(min(EVEN, EXACT // max(measures, 1)), FEWEST)
    return max(1, -(-rows // taken))


def _sample_step(extremes: Extremes, measures: int) -> int:
    return 1 if extremes.rows * measures <= EXACT else even_step(extremes.rows, measures)


def _segments(monitor: Monitor, engine: Engine, rows: Rows) -> tuple[str, ...]:
    if monitor.by is None:
        return ()
    measure = Measure(monitor.by, monitor.by, "category")
    return tuple(value for value, _ in engine.values(rows, measure, SEGMENTS))


def _feature(
    watched: Watched, engine: Engine, rows: Rows, current: Rows | None, sample: Shares | None
) -> FeatureBaseline:
    recipe, measure = recipe_of(watched.measure, watched.feature), watched.measure
    if current is None:
        refuse_profile(watched)
    if measure.kind == "category" or measure.derivation == "repeated":
        return FeatureBaseline(watched, None)
    if measure.kind == "flag":
        return FeatureBaseline(watched, flag(recipe.name))
    if sample is None or not sample.size:
        return FeatureBaseline(watched, present(recipe.name))
    facts = NumberFacts(sample)
    if recipe.looks_at_both and current is not None:
        facts = _facts_of_both(measure, engine, rows, current, sample)
    return FeatureBaseline(watched, recipe.numbers(watched.feature, facts), shape_of(sample))


def _facts_of_both(
    measure: Measure, engine: Engine, rows: Rows, current: Rows, sample: Shares
) -> NumberFacts:
    """The extent of both windows, and their distinct numbers where the baseline has few."""
    extents = [engine.extents(side, [measure])[measure.name] for side in (rows, current)]
    extent = extents[0] | extents[1] if extents[0] and extents[1] else extents[0]
    levels: tuple[float, ...] = ()
    if np.unique(sample).size <= FEW and len(engine.values(rows, measure, FEW + 1)) <= FEW:
        values = {
            value for side in (rows, current) for value, _ in engine.values(side, measure, LEVELS)
        }
        levels = tuple(value for value in map(float, values) if np.isfinite(value))
    return NumberFacts(sample, extent, levels)


def _notes(features: Sequence[FeatureBaseline], samples: Mapping[str, Shares]) -> list[str]:
    """What a reader must know of the values themselves."""
    notes = []
    for feature in features:
        sample = samples.get(feature.measure.name)
        whole = feature.shape is not None and feature.shape.integral
        if sample is not None and sample.size and whole and np.abs(sample).max() > 2.0**53:
            name = feature.measure.name
            notes.append(
                f"{name} holds integers beyond 2^53, where neighbours are counted as one:"
                " subtract an offset in the data, or declare `kind: category`"
            )
    return notes
