"""Check one monitor: prepare the baseline, count both windows, compare, and decide by its rule."""

from __future__ import annotations

from lensops.drift.compare import compare_features, compare_segment, split_shift
from lensops.drift.count import count_windows
from lensops.drift.engine import Engine
from lensops.drift.evidence import Evidence, Status, gate_band
from lensops.drift.prepare import Baseline, read_baseline
from lensops.drift.results import Decision, DriftReport, FeatureDrift, MonitorResult, Reason
from lensops.drift.windows import current_window
from lensops.evidence import Outcome, join_outcomes
from lensops.manifest.drift import Monitor

_ORDER = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS)
_LEVELS = {"warning": (Status.WARNING, Status.CRITICAL), "critical": (Status.CRITICAL,)}


def check_monitor(
    name: str, monitor: Monitor, engine: Engine, profile: Baseline | None = None
) -> DriftReport:
    """The report of one monitor. With a profile's baseline, only `current` is read.

    Raises `UserError` for columns and timestamps that are not as declared, `Stale` for rows that
    came or went while they were read.
    """
    current = current_window(monitor, engine)
    baseline = profile or read_baseline(monitor, engine, current.rows)
    counts = count_windows(monitor, engine, baseline, current)
    features = compare_features(monitor, counts.whole)
    if counts.segments:
        features = tuple(split_shift(feature, counts.segments) for feature in features)
    return DriftReport(
        n_baseline=baseline.rows,
        n_current=current.extremes.rows,
        features=features,
        name=name,
        baseline_date=baseline.date,
        current_date=current.date,
        segments=tuple(compare_segment(monitor, *item) for item in counts.segments.items()),
        by=monitor.by,
        notes=tuple(dict.fromkeys((*baseline.notes, *current.notes))),
    )


def monitor_result(monitor: Monitor, report: DriftReport) -> MonitorResult:
    """The report with what the monitor's own rule makes of it."""
    return MonitorResult(report, decide(monitor, report), gate_band(monitor, monitor.bands))


def decide(monitor: Monitor, report: DriftReport) -> Decision:
    """The worst outcome of the features; a monitor that compared nothing is inconclusive."""
    worst_first = sorted(report.features, key=lambda feature: -(feature.psi or 0.0))
    reasons = [_reason(monitor, feature) for feature in worst_first]
    entries = sorted((r for r in reasons if r.why), key=lambda r: _ORDER.index(r.outcome))
    outcome = join_outcomes(reason.outcome for reason in reasons)
    if outcome is Outcome.INCONCLUSIVE and monitor.inconclusive == "fail":
        outcome = Outcome.FAIL
    return Decision(outcome, tuple(entries))


def _reason(monitor: Monitor, feature: FeatureDrift) -> Reason:
    if feature.figures is None:
        return Reason(feature.name, Outcome.INCONCLUSIVE, "no data" + _cause(feature))
    facts = f"{feature.status}, PSI {feature.figures.psi:.4f}, evidence {feature.evidence}"
    outcome = _outcome(monitor, feature)
    if outcome is Outcome.INCONCLUSIVE and feature.evidence is Evidence.INCONCLUSIVE:
        return Reason(feature.name, outcome, f"{facts}; {_what_is_missing(feature)}")
    fine = feature.status is Status.OK and feature.evidence is not Evidence.SMALL
    why = "" if fine and outcome is Outcome.PASS else facts + _cause(feature)
    return Reason(feature.name, outcome, why)


def _what_is_missing(feature: FeatureDrift) -> str:
    if feature.unfit:
        return feature.unfit
    rows = feature.figures.rows_needed if feature.figures else 0
    return f"about {rows:,} rows a window are needed"


def _outcome(monitor: Monitor, feature: FeatureDrift) -> Outcome:
    """What a feature with figures means; `evidence: any` looks at the bands alone."""
    reaches = feature.status in _LEVELS[monitor.gate.on]
    if feature.unfit and feature.evidence is Evidence.INCONCLUSIVE:
        return Outcome.INCONCLUSIVE
    if monitor.gate.evidence == "any":
        return Outcome.FAIL if reaches else Outcome.PASS
    if reaches and feature.evidence is Evidence.CONFIRMED:
        return Outcome.FAIL
    if reaches or feature.evidence is Evidence.INCONCLUSIVE:  # chance is not ruled out
        return Outcome.INCONCLUSIVE
    return Outcome.PASS


def _cause(feature: FeatureDrift) -> str:
    return f" ({feature.causes[0].text})" if feature.causes else ""
