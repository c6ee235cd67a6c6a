"""An import as a document and as data: what came over, what could not and why, what is new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lensops.format import plural
from lensops.interchange import Import, Row
from lensops.plan import Action
from lensops.plan.difference import SectionChange
from lensops.report.diff import diff_block
from lensops.report.document import Column, Document, Heading, Line, Paragraph, Span, Table, Tone
from lensops.report.document import line as line_of


def document(prepared: Import, *, written: bool) -> Document:
    """The tables of what came over and what could not, and the files."""
    taken = [row for row in prepared.rows if not row.reason]
    refused = [row for row in prepared.rows if row.reason]
    blocks: list[Any] = []
    if taken:
        blocks += [Heading("Imported"), _table(taken, "Became")]
    if refused:
        blocks += [Heading("Not imported"), _table(refused, "Reason")]
    verb = "created" if written else "would create"
    edit = "edited" if written else "would edit"
    lines = [line_of(f"{verb} {name}") for name in prepared.files]
    if prepared.old != prepared.new:
        lines.append(line_of(f"{edit if prepared.old else verb} {prepared.manifest}"))
    lines += [line_of(f"unchanged {name}") for name in prepared.existing]
    lines += [_conflict_line(name) for name in prepared.conflicts]
    lines.append(_summary(taken, refused))
    return Document((*blocks, *[Paragraph(text) for text in lines]))


def data(prepared: Import, *, written: bool) -> dict[str, Any]:
    """The keys of `lensops/import/v1`."""
    return {
        "written": written,
        "manifest": prepared.manifest,
        "created": sorted(prepared.files),
        "edited": prepared.old != prepared.new,
        "unchanged": list(prepared.existing),
        "kept": list(prepared.conflicts),
        "rows": [
            {
                "what": row.what,
                "name": row.name,
                "location": str(row.location),
                "became": row.became or None,
                "reason": row.reason or None,
            }
            for row in prepared.rows
        ],
    }


def with_diff(report: Document, prepared: Import) -> Document:
    """The document with every file that would change, as a diff."""
    texts = {name: ("", data.decode("utf-8")) for name, data in prepared.files.items()}
    if prepared.old != prepared.new:
        texts[prepared.manifest] = (prepared.old.decode("utf-8"), prepared.new.decode("utf-8"))
    diffs = [
        diff_block(SectionChange(name, Action.UPDATE if old else Action.CREATE, old, new))
        for name, (old, new) in texts.items()
    ]
    return Document((*report.blocks, *diffs), report.last)


def _table(rows: Sequence[Row], last: str) -> Table:
    columns = (Column("What"), Column("Name"), Column("Where"), Column(last, wide=True))
    cells = tuple(
        (
            line_of(row.what),
            line_of(row.name),
            line_of(Span(str(row.location), Tone.MUTED)),
            line_of(Span(row.reason, Tone.WARN) if row.reason else row.became),
        )
        for row in rows
    )
    return Table(columns, cells)


def _conflict_line(name: str) -> Line:
    return line_of(Span("kept ", Tone.WARN), f"{name}: it is there already, with other content")


def _summary(taken: Sequence[Row], refused: Sequence[Row]) -> Line:
    text = f"{plural(len(taken), 'thing')} imported"
    return line_of(text + (f", {len(refused)} not imported" if refused else ""))
