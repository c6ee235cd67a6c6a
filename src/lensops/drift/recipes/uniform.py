"""Recipe `uniform`: equal-width bins over a declared range, shares clipped at 1e-6 (classic)."""

from __future__ import annotations

from lensops.drift.layout import Layout, Measure
from lensops.drift.psi import clipped
from lensops.drift.recipes.intervals import closed, even
from lensops.drift.recipes.recipe import Known, Recipe
from lensops.manifest.drift import Feature


def _layout(_measure: Measure, feature: Feature, _known: Known) -> Layout:
    low, high = feature.range or (0.0, 1.0)
    return closed("uniform", even(low, high, feature.bins))


UNIFORM = Recipe("uniform", _layout, clipped)
