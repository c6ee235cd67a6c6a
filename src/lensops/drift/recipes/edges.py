"""Recipe `edges`: the cells that the manifest gives, such as score bands; Jeffreys +0.5."""

from __future__ import annotations

from lensops.drift.layout import Layout, Measure
from lensops.drift.psi import jeffreys
from lensops.drift.recipes.intervals import closed
from lensops.drift.recipes.recipe import Known, Recipe
from lensops.manifest.drift import Feature


def _layout(_measure: Measure, feature: Feature, _known: Known) -> Layout:
    return closed("edges", feature.edges or ())


EDGES = Recipe("edges", _layout, jeffreys)
