"""Differences of prompts as a document and as data (`lensops diff`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lensops.format import plural
from lensops.plan.difference import Difference
from lensops.report.diff import data as section_data
from lensops.report.diff import diff_block
from lensops.report.document import Block, Document, Heading, Paragraph, Span, Tone, line


def document(differences: Sequence[Difference]) -> Document:
    """Prompt by prompt, section by section; of several prompts, those that differ."""
    listed = [entry for entry in differences if entry.sections or len(differences) == 1]
    blocks = [block for entry in listed for block in _difference(entry)]
    if rest := len(differences) - len(listed):
        text = f"{plural(rest, 'prompt')} without a difference"
        blocks.append(Paragraph(line(Span(text, Tone.MUTED))))
    return Document(tuple(blocks))


def data(differences: Sequence[Difference]) -> dict[str, Any]:
    """The keys of `lensops/diff/v1`: those of the one prompt, and `diffs` with all of them."""
    rows = [_row(entry) for entry in differences]
    return {**(rows[0] if len(rows) == 1 else {}), "diffs": rows}


def _row(difference: Difference) -> dict[str, Any]:
    return {
        "prompt": difference.prompt,
        "from": difference.old,
        "to": difference.new,
        "same_content": difference.same_content,
        "sections": [section_data(section) for section in difference.sections],
    }


def _difference(difference: Difference) -> Iterator[Block]:
    yield Heading(f"{difference.prompt}: {difference.old} → {difference.new}")
    if not difference.sections:
        text = "only layout differs: comments, key order, quotes or line breaks of the file"
        if not difference.layout_differs:
            text = "no difference"
        yield Paragraph(line(Span(text, Tone.MUTED)))
    elif all(section.whitespace_only for section in difference.sections):
        yield Paragraph(line(Span("only whitespace differs", Tone.WARN)))
    for section in difference.sections:
        yield diff_block(section)
