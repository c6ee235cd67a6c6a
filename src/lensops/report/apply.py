"""The receipts of an apply as a document and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lensops.evidence import Finding, Outcome
from lensops.format import plural, short_digest
from lensops.report.changes import change_data, change_line, count_changes
from lensops.report.document import Block, Bullets, Document, Paragraph, Span, Tone, line
from lensops.report.entry import VERBS, entry_data, entry_origin, override_text
from lensops.report.outcome import finding_data, finding_line, sign, warning_line
from lensops.targets import Receipt


def document(receipts: Sequence[Receipt], findings: Sequence[Finding]) -> Document:
    """A line for each target and what changed there, then the findings of the plan as a whole."""
    blocks = [block for receipt in receipts for block in _receipt(receipt)]
    lines = [finding_line(finding) for finding in findings if finding.rule != "promotion"]
    if lines:  # a receipt says itself what was promoted
        blocks.append(Bullets(tuple(lines)))
    return Document(tuple(blocks))


def data(receipts: Sequence[Receipt], findings: Sequence[Finding]) -> dict[str, Any]:
    """The keys of `lensops/apply/v1`."""
    return {
        "targets": [_row(receipt) for receipt in receipts],
        "findings": [finding_data(finding) for finding in findings],
    }


def _receipt(receipt: Receipt) -> Iterator[Block]:
    plan, entry = receipt.plan, receipt.entry
    name = Span(plan.name, Tone.STRONG)
    if entry is None:
        sizes = (
            f"{plural(len(plan.desired.prompts), 'prompt')}, {short_digest(plan.desired.digest)}"
        )
        yield Paragraph(line(sign(Outcome.PASS), name, f" was in sync; nothing written ({sizes})"))
        return
    record = entry.record
    release = f"release {short_digest(record.release)} as record {record.sequence}"
    did = f": {VERBS[record.kind]} {release}"
    what = Span(f" · {count_changes(plan.changes)}" if plan.changes else "", Tone.MUTED)
    yield Paragraph(line(sign(Outcome.PASS), name, did, what))
    if plan.changes:
        yield Bullets(tuple(change_line(change) for change in plan.changes))
    warnings = [f for f in plan.findings if f.outcome is Outcome.INCONCLUSIVE]
    if warnings and not entry.statement.override:
        yield Bullets(tuple(map(finding_line, warnings)))
    if override := override_text(entry):
        yield Paragraph(warning_line(override))
    yield Paragraph(line(Span(f"{receipt.where} · {entry_origin(entry)}", Tone.MUTED)))


def _row(receipt: Receipt) -> dict[str, Any]:
    plan, record, entry = receipt.plan, receipt.record, receipt.entry
    return {
        "name": plan.name,
        "written": record is not None,
        "digest": plan.desired.digest,
        "previous": plan.observed.digest if plan.observed else None,
        "record": record.body() if record else None,
        "entry": entry_data(entry) if entry else None,
        "changes": [change_data(change) for change in plan.changes],
    }
