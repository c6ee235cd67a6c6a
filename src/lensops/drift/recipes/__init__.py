"""Recipes: how a feature is cut into bins, and how the counts become shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lensops.drift.binning import EXTRAS, NEW, OTHER, Binning, Measure, Smoothing, ValueCounts
from lensops.drift.psi import Shares, Vector, clipped_shares, jeffreys_shares
from lensops.drift.recipes import numbers
from lensops.drift.recipes.numbers import Extent, NumberFacts
from lensops.manifest.drift import Feature

NAMED = 50  # categories with a bin of their own, unless the manifest says `bins`


def category_bins(feature: Feature, baseline: ValueCounts, _current: ValueCounts) -> Binning:
    """The baseline's commonest values, `other` for its rarer ones, `new` for all that it has not.

    Where it has too many values to list, those that are not listed are `other` as well.
    """
    values = ranked_values(baseline)
    common = values[: feature.bins if "bins" in feature.model_fields_set else NAMED]
    complete = not baseline.unlisted
    other = (OTHER,) if len(values) > len(common) or not complete else ()
    labels = (*map(category_label, common), *other, *((NEW,) if complete else ()))
    groups = [*range(len(common)), *[len(common)] * (len(values) - len(common))]
    fixed = len(common) + len(other)
    return Binning(
        "categories",
        "category",
        labels,
        (*groups, len(labels) - 1),
        fixed,
        values=tuple(values),
    )


def evidently_categories(_feature: Feature, baseline: ValueCounts, current: ValueCounts) -> Binning:
    """Evidently's bins: one for each value of either window."""
    levels = tuple(sorted({*baseline.values, *current.values}))
    labels = (*map(category_label, levels), OTHER)
    groups = tuple(range(len(levels) + 1))
    return Binning("evidently", "category", labels, groups, len(levels), values=levels)


def flag(recipe: str) -> Binning:
    """Two bins: no and yes."""
    return Binning(recipe, "flag", ("no", "yes"), (0, 1), 2, tested=(0, 1))


def ranked_values(counts: ValueCounts) -> list[str]:
    """Values, the commonest first, ties in the order of the text."""
    return sorted(counts.values, key=lambda value: (-counts.values[value], value))


def category_label(value: str) -> str:
    """A category as the name of a bin, in quotes where it would be read as something else."""
    reserved = value in {OTHER, NEW, *EXTRAS} or value != value.strip() or not value
    return f"'{value}'" if reserved else value


def evidently_shares(counts: Vector) -> Shares:
    """Shares with empty bins at 1e-4, or a millionth of the smallest share when that is ≤ 1e-4.

    Each window is filled by itself, and nothing is scaled back to a sum of 1.
    """
    shares = counts / counts.sum(axis=-1, keepdims=True)
    smallest = np.where(shares > 0, shares, np.inf).min(axis=-1, keepdims=True)
    filling = np.where(smallest <= 1e-4, smallest / 1e6, 1e-4)
    return np.where(shares > 0, shares, filling)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to make bins and shares; `extras` says whether missing rows and such are bins.

    A recipe that looks at both windows needs the current one before the baseline is counted.
    """

    name: str
    numbers: Callable[[Feature, NumberFacts], Binning]
    categories: Callable[[Feature, ValueCounts, ValueCounts], Binning]
    smooth: Smoothing
    extras: bool = True
    looks_at_both: bool = False

    @property
    def ignores_empty(self) -> bool:
        """Whether a bin without rows in either window has no share."""
        return self.extras


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe("uniform", numbers.uniform, category_bins, clipped_shares),
        Recipe("quantile", numbers.quantile, category_bins, jeffreys_shares),
        Recipe("edges", numbers.declared_edges, category_bins, jeffreys_shares),
        Recipe("categories", numbers.quantile, category_bins, jeffreys_shares),
        Recipe(
            "evidently",
            numbers.evidently,
            evidently_categories,
            evidently_shares,
            extras=False,
            looks_at_both=True,
        ),
    )
}


def recipe_of(measure: Measure, feature: Feature) -> Recipe:
    """The recipe that counts a measure: the declared one, or that of its kind."""
    if measure.kind != "number":
        return RECIPES["evidently" if feature.recipe == "evidently" else "categories"]
    chosen = feature.chosen
    return RECIPES[chosen if chosen in RECIPES and chosen != "categories" else "quantile"]


__all__ = ["RECIPES", "Extent", "NumberFacts", "Recipe", "recipe_of"]
