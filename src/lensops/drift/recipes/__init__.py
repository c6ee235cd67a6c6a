"""Recipes: how a feature is cut into bins, and how the counts become shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lensops.drift.binning import Binning, Measure, Smoothing, ValueCounts
from lensops.drift.psi import Shares, Vector, clipped_shares, jeffreys_shares
from lensops.drift.recipes import categories, numbers
from lensops.drift.recipes.numbers import Extent, NumberFacts
from lensops.manifest.drift import Feature


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


_CATEGORIES = categories.categories
RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe("uniform", numbers.uniform, _CATEGORIES, clipped_shares),
        Recipe("quantile", numbers.quantile, _CATEGORIES, jeffreys_shares),
        Recipe("edges", numbers.declared_edges, _CATEGORIES, jeffreys_shares),
        Recipe("categories", numbers.quantile, _CATEGORIES, jeffreys_shares),
        Recipe(
            "evidently",
            numbers.evidently,
            categories.evidently_categories,
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
