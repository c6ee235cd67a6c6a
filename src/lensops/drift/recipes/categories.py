"""Recipes of categories and flags: a bin for each common value, one for the rest, one for new."""

from __future__ import annotations

from lensops.drift.binning import EXTRAS, NEW, OTHER, Binning, ValueCounts
from lensops.manifest.drift import Feature

NAMED = 50  # categories with a bin of their own, unless the manifest says `bins`


def categories(feature: Feature, baseline: ValueCounts, _current: ValueCounts) -> Binning:
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
    return Binning(recipe, "flag", ("no", "yes"), (0, 1), 2)


def ranked_values(counts: ValueCounts) -> list[str]:
    """Values, the commonest first, ties in the order of the text."""
    return sorted(counts.values, key=lambda value: (-counts.values[value], value))


def category_label(value: str) -> str:
    """A category as the name of a bin, in quotes where it would be read as something else."""
    reserved = value in {OTHER, NEW, *EXTRAS} or value != value.strip() or not value
    return f"'{value}'" if reserved else value
