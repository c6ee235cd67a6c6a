"""What a compared monitor means: pass, fail or inconclusive, by the manifest's own rule."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lensops.drift.evidence import Evidence, Status
from lensops.drift.report import DriftReport, FeatureDrift
from lensops.evidence import Finding, Outcome, Reading, join_outcomes
from lensops.manifest.drift import Monitor

_ORDER = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS)
_LEVELS = {"warning": (Status.WARNING, Status.CRITICAL), "critical": (Status.CRITICAL,)}


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
    found: tuple[Reason, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons as text, those that decided first."""
        return tuple(str(reason) for reason in self.found)


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
        if psi is None or not math.isfinite(psi):
            outcome = Outcome.INCONCLUSIVE if outcome is Outcome.PASS else outcome
            message = "; ".join(reasons) or "no PSI could be computed"
            return Finding("drift", self.name, outcome, message, None, self.limit, keys=self._keys)
        message = "; ".join((f"PSI {psi:.4f}, {self.report.status}", *reasons))
        return Finding("drift", self.name, outcome, message, psi, self.limit, keys=self._keys)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The largest PSI; nothing where there is none."""
        psi, rows = self.report.psi, min(self.report.n_baseline, self.report.n_current)
        if psi is None or not math.isfinite(psi) or not rows:
            return ()
        recipes = sorted({feature.recipe for feature in self.report.features})
        return (Reading("psi", self.name, psi, rows, ", ".join(recipes)),)

    @property
    def _keys(self) -> tuple[str, ...]:
        return ("drift", self.name, "bands")


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


def monitor_result(monitor: Monitor, report: DriftReport) -> MonitorResult:
    """The report with what the monitor's own rule makes of it."""
    limit = getattr(monitor.bands, monitor.gate.on)
    return MonitorResult(report, decide(monitor, report), limit)


def decide(monitor: Monitor, report: DriftReport) -> Decision:
    """The worst outcome of the features; a monitor that compared nothing is inconclusive."""
    worst_first = sorted(report.features, key=lambda feature: -(feature.psi or 0.0))
    said = [_feature(monitor, feature) for feature in worst_first]
    found = tuple(sorted((r for r in said if r.why), key=lambda r: _ORDER.index(r.outcome)))
    outcome = join_outcomes(reason.outcome for reason in said)
    if outcome is Outcome.INCONCLUSIVE and monitor.inconclusive == "fail":
        outcome = Outcome.FAIL
    return Decision(outcome, found)


def _feature(monitor: Monitor, feature: FeatureDrift) -> Reason:
    if feature.figures is None:
        return Reason(feature.name, Outcome.INCONCLUSIVE, "no data" + _why(feature))
    words = f"{feature.status}, PSI {feature.figures.psi:.4f}, evidence {feature.evidence}"
    outcome = _outcome(monitor, feature)
    if outcome is Outcome.INCONCLUSIVE and feature.evidence is Evidence.INCONCLUSIVE:
        rows = feature.figures.rows_needed
        return Reason(feature.name, outcome, f"{words}; about {rows:,} rows a window are needed")
    fine = feature.status is Status.OK and feature.evidence is not Evidence.SMALL
    said = "" if fine and outcome is Outcome.PASS else words + _why(feature)
    return Reason(feature.name, outcome, said)


def _outcome(monitor: Monitor, feature: FeatureDrift) -> Outcome:
    """What a feature with figures means; `evidence: any` looks at the bands alone."""
    reaches = feature.status in _LEVELS[monitor.gate.on]
    if monitor.gate.evidence == "any":
        return Outcome.FAIL if reaches else Outcome.PASS
    if reaches and feature.evidence is Evidence.CONFIRMED:
        return Outcome.FAIL
    if reaches or feature.evidence is Evidence.INCONCLUSIVE:  # chance is not ruled out
        return Outcome.INCONCLUSIVE
    return Outcome.PASS


def _why(feature: FeatureDrift) -> str:
    return f" ({feature.causes[0].text})" if feature.causes else ""
