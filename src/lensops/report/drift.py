"""Checked drift monitors as a document and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lensops.drift.evidence import Status
from lensops.drift.results import (
    WORST,
    Comparison,
    DriftRun,
    FeatureDrift,
    MonitorResult,
)
from lensops.evidence import Outcome
from lensops.format import count_shares, format_p_value, format_score, sparkline
from lensops.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Fold,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.outcome import sign, status_word, warning_line

SHOWN = 15  # features of a monitor, the worst first; the rest is folded
SIGNS = {"ok": "✅", "warning": "⚠️", "critical": "🚨"}
OPEN = "❔"  # no data, or not decided
_COLUMNS = (
    Column("Feature", wide=True),
    Column("PSI", right=True),
    Column("Status"),
    Column("Evidence"),
    Column("p", right=True),
    Column("Baseline"),
    Column("Current"),
)


def document(run: DriftRun) -> Document:
    """One line that says it all, then each monitor with its features, the worst first."""
    blocks: list[Block] = [Paragraph(line(headline(run.monitors)))]
    for result in run.monitors:
        blocks += monitor_blocks(result)
    return Document(tuple(blocks))


def data(run: DriftRun) -> dict[str, Any]:
    """The keys of `lensops/drift/v1`."""
    return {
        "psi": _largest(run.monitors),
        "status": worst_status(run.monitors),
        "outcome": str(run.outcome),
        "monitors": [_monitor(result) for result in run.monitors],
    }


def headline(monitors: Sequence[MonitorResult]) -> str:
    """Such as `✅ Drift PSI=0.0031 status=OK`."""
    psi = _largest(monitors)
    decided = max((c.report.headline_status for c in monitors), key=_rank, default="no data")
    return (
        f"{SIGNS.get(decided, OPEN)} Drift PSI={format_score(psi, 'none')} status={decided.upper()}"
    )


def worst_status(monitors: Sequence[MonitorResult]) -> str:
    """The worst status by the bands alone."""
    return max((str(c.report.status) for c in monitors), key=_rank, default="no data")


def monitor_blocks(result: MonitorResult, *, reasons: bool = True) -> Iterator[Block]:
    """One monitor; without the reasons where a finding has named them already."""
    report, decision = result.report, result.decision
    yield Heading(f"Drift of {report.name}")
    yield Paragraph(_windows(result))
    yield from _features(report)
    explained = [
        line(_reason_sign(reason.outcome), str(reason)) for reason in decision.entries if reasons
    ]
    explained += map(warning_line, report.notes)
    features = worst_first(report)
    explained += [_causes(f) for f in features if f.causes and not _is_explained(f, result)]
    if explained:
        yield Bullets(tuple(explained))
    for segment in report.segments:
        text = f"{report.by} = {segment.segment}: {segment.n_baseline:,} → {segment.n_current:,}"
        psi = format_score(segment.psi, "none")
        summary = line(text + f" rows, PSI {psi} ", status_word(str(segment.status)))
        yield Fold(summary, tuple(_features(segment)))


def _windows(result: MonitorResult) -> Line:
    report = result.report
    dates = f" · {report.baseline_date} → {report.current_date}" if report.current_date else ""
    rows = f"{report.n_baseline:,} → {report.n_current:,} rows{dates}"
    return line(status_word(report.headline_status), Span(f" · {rows}", Tone.MUTED))


def _features(compared: Comparison) -> Iterator[Block]:
    rows = [_row(feature) for feature in worst_first(compared)]
    if rows:
        yield Table(_COLUMNS, tuple(rows[:SHOWN]))
    if rest := rows[SHOWN:]:
        yield Fold(line(f"{len(rest)} more features"), (Table(_COLUMNS, tuple(rest)),))


def _row(feature: FeatureDrift) -> tuple[Line, ...]:
    figures = feature.figures
    baseline, current = count_shares(feature.baseline_counts), count_shares(feature.current_counts)
    top = max((*baseline, *current), default=0.0)
    return (
        line(feature.name),
        line(format_score(feature.psi)),
        line(status_word(str(feature.status))),
        line(str(feature.evidence)),
        line(format_p_value(figures.p_value if figures else None)),
        line(Span(sparkline(baseline, top), Tone.MUTED)),
        line(sparkline(current, top)),
    )


def _causes(feature: FeatureDrift) -> Line:
    text = "; ".join(cause.text for cause in feature.causes)
    return line(sign(Outcome.NOTE), Span(f"{feature.name}: ", Tone.STRONG), text)


def _is_explained(feature: FeatureDrift, result: MonitorResult) -> bool:
    """Whether a reason of the decision says all that the causes would."""
    is_named = any(reason.feature == feature.name for reason in result.decision.entries)
    return is_named and len(feature.causes) == 1


def worst_first(compared: Comparison) -> list[FeatureDrift]:
    """Features by status, then by PSI."""
    return sorted(
        compared.features, key=lambda f: (-WORST.index(f.status), -(f.psi or 0.0), f.name)
    )


def _reason_sign(outcome: Outcome) -> Span:
    """Of a reason that lets a monitor pass, only that it is said beside."""
    return sign(Outcome.NOTE if outcome is Outcome.PASS else outcome)


def _rank(status: str) -> int:
    """How bad a status is; one that is not decided lies between warning and critical."""
    statuses = [str(item) for item in WORST]
    return statuses.index(status) if status in statuses else statuses.index(str(Status.NO_DATA))


def _largest(monitors: Sequence[MonitorResult]) -> float | None:
    return max((c.report.psi for c in monitors if c.report.psi is not None), default=None)


def _monitor(result: MonitorResult) -> dict[str, Any]:
    decision = {
        "outcome": str(result.decision.outcome),
        "reasons": list(result.decision.reasons),
    }
    return result.report.to_dict() | decision
