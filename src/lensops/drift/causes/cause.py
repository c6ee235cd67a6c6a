"""What causes are found from: one feature's cells, figures and shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lensops.drift.evidence import Evidence, Figures
from lensops.drift.layout import Layout, Pair
from lensops.drift.shape import Shape


@dataclass(frozen=True, slots=True)
class Case:
    """One compared feature. Shapes are there for numbers, `newcomers` for categories."""

    layout: Layout
    pair: Pair
    figures: Figures
    evidence: Evidence
    baseline: Shape | None = None
    current: Shape | None = None
    newcomers: tuple[str, ...] = ()

    @property
    def real(self) -> bool:
        """Whether the cells tell of more than chance."""
        return self.evidence in {Evidence.CONFIRMED, Evidence.SMALL, Evidence.WEAK}


@dataclass(frozen=True, slots=True)
class Cause:
    """What moved, in words. `whole` says that it explains the shift by itself."""

    kind: str
    text: str
    whole: bool = False


Finder = Callable[[Case], Cause | None]


def percent(share: float) -> str:
    """A share as people read it."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{share * 100:.3g} %"


def number(value: float) -> str:
    """A value as people read it: four digits, no exponent while it is short."""
    return f"{value:.4g}" if abs(value) < 1e4 or abs(value) >= 1e9 else f"{value:.0f}"
