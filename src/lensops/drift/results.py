"""Results: a report with its features and segments, and what a monitor's rule makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from lensops.drift.causes import Cause
from lensops.drift.evidence import Evidence, Figures, Status
from lensops.evidence import Finding, Outcome, Reading, join_outcomes
from lensops.manifest.drift import Bands

_FIGURES = ("p_value", "noise", "noise_limit", "rows_needed")
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
    number of features. `missing` holds the missing rows of both windows, `unfit` why the bins
    cannot tell, such as a range that most rows lie outside of.
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
    unfit: str = ""

    @property
    def psi(self) -> float | None:
        """The PSI, None where there is nothing to compare."""
        return self.figures.psi if self.figures else None

    def to_dict(self) -> dict[str, Any]:
        """The keys of a feature in `lensops/drift/v1`."""
        figures, split = self.figures, self.split
        return {
            "name": self.name,
            "type": self.kind,
            "recipe": self.recipe,
            "labels": list(self.labels),
            "edges": list(self.edges),
            "baseline_counts": list(self.baseline_counts),
            "current_counts": list(self.current_counts),
            "psi": self.psi,
            "status": str(self.status),
            "evidence": str(self.evidence),
            "bands": {"warning": self.bands.warning, "critical": self.bands.critical},
            **{name: getattr(figures, name, None) for name in _FIGURES},
            "interval": list(figures.interval) if figures else None,
            "q_value": self.q_value,
            "missing": {"baseline": self.missing[0], "current": self.missing[1]},
            "split": {"mix": split.mix, "within": split.within} if split else None,
            "causes": [cause.text for cause in self.causes],
            "cause_details": [
                {"kind": c.kind, "text": c.text, "explains": c.explains} for c in self.causes
            ],
        }


@dataclass(frozen=True, slots=True)
class Comparison:
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
    def headline_status(self) -> str:
        """The status as a headline has it: `inconclusive` where only chance stands behind it."""
        sure = [f for f in self.features if f.evidence is not Evidence.INCONCLUSIVE]
        sure += [f for f in self.features if f.status is Status.NO_DATA]
        worst = max((f.status for f in sure), key=WORST.index, default=Status.OK)
        undecided = any(f.evidence is Evidence.INCONCLUSIVE for f in self.features)
        if undecided and WORST.index(worst) < WORST.index(Status.NO_DATA):
            return Evidence.INCONCLUSIVE.value
        return worst.value

    @property
    def feature_breakdown(self) -> dict[str, float]:
        """The PSI of each feature that could be compared."""
        return {f.name: f.psi for f in self.features if f.psi is not None}

    def to_dict(self) -> dict[str, Any]:
        """The keys that a window and a segment have in `lensops/drift/v1`."""
        return {
            "psi": self.psi,
            "status": str(self.status),
            "n_baseline": self.n_baseline,
            "n_current": self.n_current,
            "feature_breakdown": self.feature_breakdown,
            "features": [feature.to_dict() for feature in self.features],
        }


@dataclass(frozen=True, slots=True)
class SegmentDrift(Comparison):
    """The comparison within one segment."""

    segment: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {"segment": self.segment, **Comparison.to_dict(self)}


@dataclass(frozen=True, slots=True)
class DriftReport(Comparison):
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

    def to_dict(self) -> dict[str, Any]:
        """The keys of a monitor in `lensops/drift/v1`; its outcome is that of a rule."""
        return {
            "name": self.name,
            "baseline_date": self.baseline_date,
            "current_date": self.current_date,
            "by": self.by,
            "segments": [segment.to_dict() for segment in self.segments],
            "notes": list(self.notes),
            **Comparison.to_dict(self),
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """What one feature means: its name, what follows for it, and why."""

    feature: str
    outcome: Outcome
    why: str

    def __str__(self) -> str:
        return f"{self.feature}: {self.why}"


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of a monitor, and a reason for each feature that is not simply fine."""

    outcome: Outcome
    entries: tuple[Reason, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons as text, those that decided first."""
        return tuple(str(reason) for reason in self.entries)


@dataclass(frozen=True, slots=True)
class MonitorResult:
    """A monitor's report and what it means. `limit` is the band that fails the gate."""

    report: DriftReport
    decision: Decision
    limit: float

    @property
    def name(self) -> str:
        return self.report.name

    @property
    def finding(self) -> Finding:
        """The largest PSI against the band, with the monitor's reasons."""
        psi, outcome, reasons = self.report.psi, self.decision.outcome, self.decision.reasons
        keys = ("drift", self.name, "bands")
        if psi is None or not math.isfinite(psi):
            outcome = Outcome.INCONCLUSIVE if outcome is Outcome.PASS else outcome
            message = "; ".join(reasons) or "no PSI could be computed"
            return Finding("drift", self.name, outcome, message, None, self.limit, keys=keys)
        message = "; ".join((f"PSI {psi:.4f}, {self.report.status}", *reasons))
        return Finding("drift", self.name, outcome, message, psi, self.limit, keys=keys)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The largest PSI; nothing where there is none."""
        psi, rows = self.report.psi, min(self.report.n_baseline, self.report.n_current)
        if psi is None or not math.isfinite(psi) or not rows:
            return ()
        recipes = sorted({feature.recipe for feature in self.report.features})
        return (Reading("psi", self.name, psi, rows, ", ".join(recipes)),)


@dataclass(frozen=True, slots=True)
class DriftRun:
    """The results of the monitors, in the order of the manifest."""

    monitors: tuple[MonitorResult, ...]

    @property
    def outcome(self) -> Outcome:
        """Fail when a monitor fails, inconclusive when one is or when there is none."""
        return join_outcomes(result.decision.outcome for result in self.monitors)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """A finding for each monitor."""
        return tuple(result.finding for result in self.monitors)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The figures that the findings rest on."""
        return tuple(reading for result in self.monitors for reading in result.readings)
