"""The whole state of a project as one page: five answers first, then what they rest on."""

from __future__ import annotations

from collections.abc import Iterator

from lensops.format import short_commit
from lensops.report.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Line,
    Paragraph,
    Span,
    Tone,
    line,
)
from lensops.report.overview.answers import answers, figures
from lensops.report.overview.drift import drift_blocks
from lensops.report.overview.evals import eval_blocks
from lensops.report.overview.events import event_blocks
from lensops.report.overview.prompts import prompt_table
from lensops.report.overview.state import notices
from lensops.report.overview.targets import target_blocks
from lensops.report.overview.texts import prompt_texts
from lensops.report.overview.value import Overview

LISTED = 50  # things that need a person


def document(overview: Overview) -> Document:
    """The page."""
    blocks = (
        Heading(overview.project, 1),
        Paragraph(origin(overview)),
        answers(overview),
        figures(overview),
        Heading("Active prompts"),
        prompt_table(overview),
        *prompt_texts(overview),
        *notice_blocks(overview),
        Heading("Targets"),
        *target_blocks(overview),
        Heading("Evals"),
        *eval_blocks(overview),
        Heading("Drift"),
        *drift_blocks(overview),
        Heading("History of prompts"),
        *event_blocks(overview),
    )
    return Document(blocks)


def origin(overview: Overview) -> tuple[Span, ...]:
    """Of which commit, and when it was read."""
    commit = short_commit(overview.commit) if overview.commit else "none"
    time = f"{overview.time:%Y-%m-%d %H:%M} UTC"
    return line(
        Span("manifest at commit ", Tone.MUTED),
        Span(commit, Tone.CODE),
        Span(f" · read {time}", Tone.MUTED),
    )


def reading_time(overview: Overview) -> Line:
    """How old a page that is served is, to the second."""
    text = f"As read at {overview.time:%H:%M:%S} UTC; reload the page for a newer reading."
    return line(Span(text, Tone.MUTED))


def notice_blocks(overview: Overview) -> Iterator[Block]:
    """Everything that needs a person, with the command that comes next."""
    needed = notices(overview)
    if not needed:
        return
    yield Heading("All that needs a person", 3)
    items = []
    for notice in needed[:LISTED]:
        command = (Span(" "), Span(notice.command, Tone.CODE)) if notice.command else ()
        items.append((Span("• ", notice.tone), Span(notice.text), *command))
    yield Bullets(tuple(items))
