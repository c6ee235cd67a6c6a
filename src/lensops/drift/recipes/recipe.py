"""What a recipe is: where it cuts a feature, and how it smooths the counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from lensops.drift.layout import Layout, Measure, Smoothing
from lensops.drift.psi import Shares
from lensops.manifest.drift import Feature


@dataclass(frozen=True, slots=True)
class Extent:
    """Rows with a finite value, the smallest value and the largest one."""

    rows: int
    low: float
    high: float

    def __or__(self, other: Extent) -> Extent:
        low, high = min(self.low, other.low), max(self.high, other.high)
        return Extent(self.rows + other.rows, low, high)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a feature before it is counted.

    `sample` holds finite values of the baseline: all of them, or evenly taken ones of many rows.
    `values` are the baseline's categories, the commonest first, all of them where `complete`.
    `both` and `levels` serve recipes that look at both windows: the extent, and the distinct
    numbers or categories when there are few.
    """

    sample: Shares = field(default_factory=lambda: np.empty(0))
    values: tuple[str, ...] = ()
    complete: bool = True
    both: Extent | None = None
    levels: tuple[str, ...] | tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to make cells and shares; `extras` says whether missing rows and such are cells."""

    name: str
    layout: Callable[[Measure, Feature, Known], Layout]
    smooth: Smoothing
    extras: bool = True
    looks_at_both: bool = False
