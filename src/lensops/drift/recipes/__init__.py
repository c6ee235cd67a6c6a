"""Recipes: how a feature is cut into cells, one file each."""

from __future__ import annotations

from lensops.drift.layout import Measure
from lensops.drift.recipes.categories import CATEGORIES
from lensops.drift.recipes.edges import EDGES
from lensops.drift.recipes.evidently import EVIDENTLY
from lensops.drift.recipes.quantile import QUANTILE
from lensops.drift.recipes.recipe import Extent, Known, Recipe
from lensops.drift.recipes.uniform import UNIFORM
from lensops.manifest.drift import Feature

RECIPES: dict[str, Recipe] = {
    "uniform": UNIFORM,
    "quantile": QUANTILE,
    "edges": EDGES,
    "categories": CATEGORIES,
    "evidently": EVIDENTLY,
}


def recipe_of(measure: Measure, feature: Feature) -> Recipe:
    """The recipe that counts a measure: the declared one, or that of its kind."""
    if measure.kind != "number":
        return RECIPES["evidently" if feature.recipe == "evidently" else "categories"]
    chosen = feature.chosen
    return RECIPES[chosen if chosen in RECIPES and chosen != "categories" else "quantile"]


__all__ = ["RECIPES", "Extent", "Known", "Recipe", "recipe_of"]
