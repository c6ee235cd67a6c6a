"""Targets: what each one serves, and the releases of its log."""

from __future__ import annotations

from lensops.dashboard.draw import draw, draw_title
from lensops.report.document import Heading, Paragraph, Span, Tone, line
from lensops.report.outcome import warning_line
from lensops.report.overview import Overview
from lensops.report.overview.targets import (
    no_records,
    record_table,
    target_table,
    target_warnings,
)


def page(overview: Overview) -> None:
    """The table, then target by target."""
    draw_title("Targets")
    draw(target_table(overview))
    for target in overview.targets:
        records = overview.records.get(target.name, ())
        draw(
            Heading(target.name),
            Paragraph(line(Span(target.where, Tone.MUTED))),
            *(Paragraph(warning_line(text)) for text in target_warnings(target)),
            record_table(target, records) if records else no_records(target),
        )
