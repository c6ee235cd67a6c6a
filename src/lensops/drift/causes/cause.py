"""What causes are found from: one feature's bins, figures and shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lensops.drift.binning import Binning, Pair
from lensops.drift.evidence import Evidence, Figures, Windows
from lensops.drift.shape import Shape


@dataclass(frozen=True, slots=True)
class Case:
    """One compared feature."""

    binning: Binning
    pair: Pair
    figures: Figures
    evidence: Evidence
    windows: Windows

    @property
    def real(self) -> bool:
        """Whether the counts tell of more than chance."""
        return self.evidence in {Evidence.CONFIRMED, Evidence.SMALL}

    @property
    def shapes(self) -> tuple[Shape, Shape] | None:
        """The shapes of both windows, where both have one."""
        baseline, current = self.windows.shapes
        return (baseline, current) if baseline is not None and current is not None else None


@dataclass(frozen=True, slots=True)
class Cause:
    """What moved, as a sentence. `explains` is its part of the shift, None where that has no sense.

    `whole` says that nothing else needs to be looked for.
    """

    kind: str
    text: str
    whole: bool = False
    explains: float | None = None


Finder = Callable[[Case], Cause | None]


def percent(share: float) -> str:
    """A share as people read it."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{share * 100:.3g} %"


def number(value: float) -> str:
    """A value as people read it: four digits, no exponent while it is short."""
    return f"{value:.4g}" if abs(value) < 1e4 or abs(value) >= 1e9 else f"{value:.0f}"
