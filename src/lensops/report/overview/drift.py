"""Drift: PSI over time with its bands, and each feature with both windows and its causes."""

from __future__ import annotations

from collections.abc import Iterator

from lensops.evidence import Outcome
from lensops.format import format_score, format_time, plural
from lensops.report.document import (
    Block,
    Bullets,
    Column,
    Fold,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.outcome import drift_badge, sign
from lensops.report.overview.charts import psi_series, window_histogram
from lensops.report.overview.stored import StoredFeature, StoredMonitor
from lensops.report.overview.value import MonitorPoint, Overview
from lensops.report.page import Beside

SHOWN = 30  # features of a monitor that open; the table names all
_ORDER = {"critical": 0, "no data": 1, "warning": 2, "ok": 3}
SMALLEST = 0.0001


def drift_blocks(overview: Overview) -> Iterator[Block]:
    """Monitor by monitor."""
    if not overview.monitors:
        how = Span("lensops drift", Tone.CODE)
        yield Paragraph(line("No stored report yet: ", how, " writes one."))
    for name in overview.monitors:
        point = overview.monitor_points(name)[-1]
        yield Heading(name, 3)
        yield Paragraph(monitor_line(point))
        yield Beside(((psi_series(overview, name),), tuple(monitor_notes(point[1]))))
        yield feature_table(point[1])
        yield from segment_table(point[1])
        features = worst_first(point[1])
        for index, feature in enumerate(features[:SHOWN]):
            is_open = index == 0 and feature.status != "ok"
            blocks = tuple(feature_blocks(overview, name, feature))
            yield Fold(_feature_title(feature), blocks, open=is_open)


def monitor_line(point: MonitorPoint) -> Line:
    """Status, PSI, windows, time."""
    time, monitor = point
    psi = "nothing measured" if monitor.psi is None else f"PSI {format_score(monitor.psi)}"
    facts = [psi]
    if monitor.n_baseline is not None and monitor.n_current is not None:
        facts.append(f"{monitor.n_baseline:,} → {monitor.n_current:,} rows")
    if monitor.current_date:
        facts.append(f"{monitor.baseline_date} → {monitor.current_date}")
    return line(drift_badge(monitor.status), f" {', '.join([*facts, format_time(time)])}")


def monitor_notes(monitor: StoredMonitor) -> Iterator[Block]:
    """Why the decision is what it is."""
    if monitor.reasons:
        yield Bullets(tuple(line(sign(Outcome.NOTE), reason) for reason in monitor.reasons))


def feature_table(monitor: StoredMonitor) -> Table:
    """Each feature in a row, the worst first."""
    columns = (
        Column("Feature"),
        Column("PSI", right=True),
        Column("Status"),
        Column("Evidence"),
        Column("By chance"),
        Column("Likely cause", wide=True),
    )
    rows = tuple(_feature_row(feature) for feature in worst_first(monitor))
    return Table(columns, rows, f"Features of {monitor.name}")


def segment_table(monitor: StoredMonitor) -> Iterator[Block]:
    """Each segment in a row, where the monitor counts by one."""
    if not monitor.segments:
        return
    columns = (
        Column(monitor.by or "Segment", wide=True),
        Column("PSI", right=True),
        Column("Status"),
        Column("Rows", right=True),
    )
    rows = tuple(
        (
            line(segment.segment),
            line(format_score(segment.psi)),
            line(drift_badge(segment.status)),
            line(f"{segment.n_baseline:,} → {segment.n_current:,}"),
        )
        for segment in monitor.segments
    )
    table = Table(columns, rows, f"Segments of {monitor.name}")
    yield Fold(line(plural(len(rows), "segment")), (table,))


def feature_blocks(overview: Overview, monitor: str, feature: StoredFeature) -> Iterator[Block]:
    """Both windows beside the history of the feature's PSI, then the causes."""
    histogram = window_histogram(monitor, feature)
    history = psi_series(overview, monitor, feature.name)
    yield Beside(((histogram,), (history,)) if histogram else ((history,),))
    if feature.causes:
        yield Bullets(tuple(line(cause) for cause in feature.causes))


def worst_first(monitor: StoredMonitor) -> list[StoredFeature]:
    """Features by status, then by PSI."""
    return sorted(
        monitor.features, key=lambda f: (_ORDER.get(f.status, 1), -(f.psi or 0.0), f.name)
    )


def chance_in_words(p_value: float | None) -> str:
    """How often chance alone would give such a PSI."""
    if p_value is None:
        return "–"
    if p_value < SMALLEST:
        return "less than 1 in 10,000"
    if p_value < 0.1:
        return f"about 1 in {round(1 / p_value):,}"
    return f"in {round(p_value * 100)} of 100"


def _feature_row(feature: StoredFeature) -> tuple[Line, ...]:
    return (
        line(Span(feature.name, Tone.STRONG)),
        line(format_score(feature.psi)),
        line(drift_badge(feature.status)),
        line(feature.evidence or "–"),
        line(chance_in_words(feature.p_value)),
        line("; ".join(feature.causes) or "–"),
    )


def _feature_title(feature: StoredFeature) -> Line:
    psi = f" PSI {format_score(feature.psi)} "
    return line(Span(feature.name, Tone.STRONG), psi, drift_badge(feature.status))
