"""Recipe `categories`: a cell for each common category, `other` for the rest, `new` for unseen."""

from __future__ import annotations

from lensops.drift.layout import EXTRAS, Layout, Measure
from lensops.drift.psi import jeffreys
from lensops.drift.recipes.recipe import Known, Recipe
from lensops.manifest.drift import Feature

MOST = 50  # categories with a cell of their own, unless the manifest says `bins`
OTHER, NEW = "other", "new"


def _layout(measure: Measure, feature: Feature, known: Known) -> Layout:
    if measure.kind == "flag":
        return flag("categories")
    most = feature.bins if "bins" in feature.model_fields_set else MOST
    named = known.values[:most]
    rest = len(known.values) - len(named)
    other = (OTHER,) if rest or not known.complete else ()
    labels = (*map(label, named), *other, *((NEW,) if known.complete else ()))
    groups = (*range(len(named)), *[len(named)] * rest, len(labels) - 1)
    fixed = len(named) + len(other)
    return Layout("categories", "category", labels, groups, fixed, values=known.values, edges=())


def flag(recipe: str) -> Layout:
    """Two cells: no and yes."""
    return Layout(recipe, "flag", ("no", "yes"), (0, 1), 2)


def label(value: str) -> str:
    """A category as the name of a cell, in quotes where it would be read as something else."""
    reserved = value in {OTHER, NEW, *EXTRAS} or value != value.strip() or not value
    return f"'{value}'" if reserved else value


CATEGORIES = Recipe("categories", _layout, jeffreys)
