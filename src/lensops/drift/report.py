"""The values that a comparison ends in: a report, its features and its segments."""

from __future__ import annotations

from dataclasses import dataclass

from lensops.drift.causes import Cause
from lensops.drift.evidence import Evidence, Figures, Status
from lensops.manifest.drift import Bands

WORST = (Status.OK, Status.WARNING, Status.NO_DATA, Status.CRITICAL)


@dataclass(frozen=True, slots=True)
class Split:
    """A feature's PSI as the sum of two parts, by the segments of a column.

    `mix`: other shares of the segments; `within`: other values inside them. A part can be below 0
    where it works against the other.
    """

    mix: float
    within: float


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """One compared feature: its cells with both counts, the PSI and what it is worth.

    `figures` is None where there is nothing to compare. `q_value` is the p-value adjusted for the
    number of features. `missing` holds the missing rows of both windows.
    """

    name: str
    kind: str
    recipe: str
    labels: tuple[str, ...]
    edges: tuple[float | str, ...]
    baseline_counts: tuple[int, ...]
    current_counts: tuple[int, ...]
    status: Status
    evidence: Evidence
    bands: Bands
    figures: Figures | None = None
    q_value: float | None = None
    missing: tuple[int, int] = (0, 0)
    causes: tuple[Cause, ...] = ()
    split: Split | None = None

    @property
    def psi(self) -> float | None:
        """The PSI, None where there is nothing to compare."""
        return self.figures.psi if self.figures else None


@dataclass(frozen=True, slots=True)
class Compared:
    """What a whole window and each of its segments have: rows and compared features."""

    n_baseline: int
    n_current: int
    features: tuple[FeatureDrift, ...]

    @property
    def psi(self) -> float | None:
        """The largest PSI, None where nothing could be compared."""
        return max((f.psi for f in self.features if f.psi is not None), default=None)

    @property
    def status(self) -> Status:
        """The worst status of the features, by the bands alone."""
        return max((f.status for f in self.features), key=WORST.index, default=Status.NO_DATA)

    @property
    def decided(self) -> str:
        """The status as a headline has it: `inconclusive` where only chance stands behind it."""
        sure = [f for f in self.features if f.evidence is not Evidence.INCONCLUSIVE]
        sure += [f for f in self.features if f.status is Status.NO_DATA]
        worst = max((f.status for f in sure), key=WORST.index, default=Status.OK)
        open_ones = any(f.evidence is Evidence.INCONCLUSIVE for f in self.features)
        if open_ones and WORST.index(worst) < WORST.index(Status.NO_DATA):
            return Evidence.INCONCLUSIVE.value
        return worst.value

    @property
    def feature_breakdown(self) -> dict[str, float]:
        """The PSI of each feature that could be compared."""
        return {f.name: f.psi for f in self.features if f.psi is not None}


@dataclass(frozen=True, slots=True)
class SegmentDrift(Compared):
    """The comparison within one segment."""

    segment: str = ""


@dataclass(frozen=True, slots=True)
class DriftReport(Compared):
    """One monitor's comparison of a baseline with a current window.

    `psi` and `status` are those of the worst feature. Dates are those of the newest rows, where
    rows have times. `notes` say what a reader must know of the windows themselves.
    """

    name: str = "drift"
    baseline_date: str | None = None
    current_date: str | None = None
    segments: tuple[SegmentDrift, ...] = ()
    by: str | None = None
    notes: tuple[str, ...] = ()
