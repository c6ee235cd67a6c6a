"""The parts of the page that tell of stored evals and drift reports."""

from __future__ import annotations

from collections.abc import Iterator

from lensops.format import count_shares, format_score, format_time
from lensops.report.document import (
    Block,
    Column,
    Fold,
    Heading,
    Histogram,
    Paragraph,
    Series,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.outcome import tone_of
from lensops.report.overview.stored import StoredFeature, StoredSuite
from lensops.report.overview.value import Overview
from lensops.report.overview.words import cell_labels, scored, verdict

WORST = 10


def scores(overview: Overview) -> Iterator[Block]:
    yield Heading("Evals")
    if not overview.results.evals:
        yield Paragraph(
            line("No stored result yet: ", Span("lensops eval", Tone.CODE), " writes one.")
        )
    for stored in overview.latest_evals:
        run = stored.suite
        yield Paragraph((verdict(run), *line(f" {run.name} {run.version}: {scored(run)}")))
        runs = [each for each in overview.results.evals if each.suite.name == run.name]
        points = tuple((format_time(s.time), s.suite.mean_score) for s in runs)
        known = tuple((label, value) for label, value in points if value is not None)
        limits = (("threshold", run.threshold, Tone.BAD),)
        yield Series(f"Mean score of {run.name} over time", known, limits)
        yield from _worst(run)


def _worst(run: StoredSuite) -> Iterator[Block]:
    cases = sorted(
        (case for case in run.cases if case.aggregate is not None),
        key=lambda case: case.aggregate or 0.0,
    )[:WORST]
    if cases:
        names = sorted({name for case in cases for name in case.scores})
        figures = tuple(Column(name, right=True) for name in ("Score", *names))
        columns = (Column("Case", wide=True), *figures)
        rows = (
            (
                line(c.id),
                line(format_score(c.aggregate)),
                *(line(format_score(c.scores.get(n))) for n in names),
            )
            for c in cases
        )
        yield Fold(line("Worst cases"), (Table(columns, tuple(rows)),), open=True)


def drift(overview: Overview) -> Iterator[Block]:
    yield Heading("Drift")
    latest = overview.latest_drift
    if latest is None:
        how = Span("lensops drift --output drift_report.json", Tone.CODE)
        yield Paragraph(line("No stored report yet: ", how, " writes one."))
        return
    word = Span(latest.report.status.upper(), tone_of(latest.report.status))
    yield Paragraph(
        line(
            "PSI ",
            Span(format_score(latest.report.psi), Tone.STRONG),
            " ",
            word,
            f" at {format_time(latest.time)}",
        )
    )
    for monitor in latest.report.monitors:
        yield psi_series(overview, monitor.name)
        for feature in monitor.features:
            yield from _feature(f"{monitor.name}: {feature.name}", feature)


def psi_series(overview: Overview, monitor: str) -> Series:
    points = tuple(
        (format_time(drift.time), found.psi)
        for drift in overview.results.drifts
        for found in drift.report.monitors
        if found.name == monitor and found.psi is not None
    )
    tones = (("warning", Tone.WARN), ("critical", Tone.BAD))
    limits = tuple(
        (name, overview.bands[f"{monitor}.{name}"], tone)
        for name, tone in tones
        if f"{monitor}.{name}" in overview.bands
    )
    return Series(f"Largest PSI of {monitor} over time", points, limits)


def _feature(title: str, feature: StoredFeature) -> Iterator[Block]:
    word = Span(feature.status, tone_of(feature.status))
    causes = "; ".join(feature.causes)
    yield Paragraph(
        line(Span(title, Tone.STRONG), f" PSI {format_score(feature.psi)} ", word, f" {causes}")
    )
    baseline, current = count_shares(feature.baseline_counts), count_shares(feature.current_counts)
    if baseline and len(baseline) == len(current):
        yield Histogram(
            f"{title}, both windows", cell_labels(feature, len(baseline)), baseline, current
        )
