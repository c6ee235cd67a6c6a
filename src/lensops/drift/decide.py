"""What a compared monitor means: pass, fail or inconclusive, by the manifest's own rule."""

from __future__ import annotations

from dataclasses import dataclass

from lensops.drift.evidence import Evidence, Status
from lensops.drift.report import DriftReport, FeatureDrift
from lensops.evidence import Outcome
from lensops.manifest.drift import Monitor

_LEVELS = {"warning": (Status.WARNING, Status.CRITICAL), "critical": (Status.CRITICAL,)}


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of a monitor, and a reason for each feature that is not simply fine."""

    outcome: Outcome
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A monitor's report and what it means."""

    report: DriftReport
    decision: Decision


def decide(monitor: Monitor, report: DriftReport) -> Decision:
    """The worst outcome of the features; a monitor that compared nothing is inconclusive."""
    said = [_feature(monitor, feature) for feature in report.features]
    outcomes = {outcome for outcome, _ in said}
    reasons = tuple(reason for _, reason in said if reason)
    if Outcome.FAIL in outcomes:
        return Decision(Outcome.FAIL, reasons)
    if Outcome.INCONCLUSIVE in outcomes or not said:
        softened = Outcome.FAIL if monitor.inconclusive == "fail" else Outcome.INCONCLUSIVE
        return Decision(softened, reasons)
    return Decision(Outcome.PASS, reasons)


def _feature(monitor: Monitor, feature: FeatureDrift) -> tuple[Outcome, str]:
    name = feature.name
    figures = feature.figures
    if feature.status is Status.NO_DATA or figures is None:
        return Outcome.INCONCLUSIVE, f"{name}: no data" + _why(feature)
    reaches = feature.status in _LEVELS[monitor.gate.on]
    words = f"{name}: {feature.status}, PSI {figures.psi:.4f}, evidence {feature.evidence}"
    if reaches and (monitor.gate.evidence == "any" or feature.evidence is Evidence.CONFIRMED):
        return Outcome.FAIL, words + _why(feature)
    if feature.evidence is Evidence.INCONCLUSIVE and monitor.gate.evidence != "any":
        rows = f"; about {figures.rows_needed:,} rows a window are needed"
        return Outcome.INCONCLUSIVE, words + rows
    if reaches:  # chance is not ruled out
        return Outcome.INCONCLUSIVE, words + _why(feature)
    fine = feature.status is Status.OK and feature.evidence is not Evidence.SMALL
    return Outcome.PASS, "" if fine else words + _why(feature)


def _why(feature: FeatureDrift) -> str:
    return f" ({feature.causes[0].text})" if feature.causes else ""
