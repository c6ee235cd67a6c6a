"""The history of the prompts: each activation in a row, with what it changed."""

from __future__ import annotations

from collections.abc import Iterator

from lensops.format import format_minute, short_commit
from lensops.history import Event
from lensops.plan.difference import section_changes
from lensops.report.diff import diff_block
from lensops.report.document import (
    Block,
    Column,
    Fold,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.outcome import status_badge, warning_line
from lensops.report.overview.value import Overview

EVENTS = 50  # of the history, the newest
DIFFS = 12  # of those, how many show what they changed


def event_blocks(overview: Overview) -> Iterator[Block]:
    """The table, then what the newest activations changed."""
    history = overview.history
    if history is None:
        yield Paragraph(line("Not in a git repository: there is no history."))
        return
    if not history.complete:
        yield Paragraph(warning_line(f"history is cut at {history.cut_at}: the clone is shallow"))
    yield event_table(history.events[:EVENTS])
    if rest := len(history.events) - EVENTS:
        how = Span("lensops history --all", Tone.CODE)
        yield from [Paragraph(line(f"{rest} older ones: ", how))] if rest > 0 else []
    changes = [
        Fold(_title(event), blocks)
        for event in history.events[:DIFFS]
        if (blocks := tuple(_changes(overview, event)))
    ]
    if changes:
        yield Fold(line(f"What the newest {len(changes)} changed"), tuple(changes))


def event_table(events: tuple[Event, ...]) -> Table:
    """Activations newest first."""
    columns = (
        Column("When"),
        Column("Prompt"),
        Column("Change"),
        Column("Kind"),
        Column("Status"),
        Column("By"),
        Column("Commit"),
        Column("PR"),
        Column("Subject", wide=True),
    )
    return Table(columns, tuple(map(_row, events)), "History of prompts")


def _row(event: Event) -> tuple[Line, ...]:
    return (
        line(format_minute(event.date)),
        line(event.prompt),
        line(Span(_arrow(event), Tone.STRONG)),
        line(event.kind),
        line(status_badge(event.status)),
        line(event.author),
        line(Span(short_commit(event.commit), Tone.CODE)),
        line(f"#{event.pull_request}" if event.pull_request else ""),
        line(event.subject),
    )


def _arrow(event: Event) -> str:
    return f"{event.previous or '–'} → {event.version or '–'}"


def _title(event: Event) -> Line:
    what = Span(f"{event.prompt} {_arrow(event)}", Tone.STRONG)
    return line(what, Span(f" · {event.date[:10]}", Tone.MUTED))


def _changes(overview: Overview, event: Event) -> Iterator[Block]:
    old = overview.versions.get((event.prompt, event.previous or ""))
    new = overview.versions.get((event.prompt, event.version or ""))
    if new is not None:
        for change in section_changes(old, new):
            yield diff_block(change)
