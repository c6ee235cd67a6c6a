"""What was verified of targets as a document and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lensops.evidence import Outcome
from lensops.format import plural
from lensops.report.document import Block, Bullets, Document, Heading, Paragraph, Span, Tone, line
from lensops.report.outcome import finding_data, finding_line, success_line
from lensops.targets.served import Verification


def document(verifications: Sequence[Verification]) -> Document:
    """Target by target: how much was verified, and what does not hold."""
    return Document(
        tuple(block for verification in verifications for block in _target(verification))
    )


def data(verifications: Sequence[Verification], outcome: Outcome) -> dict[str, Any]:
    """The keys of `lensops/verify/v1`."""
    return {
        "outcome": str(outcome),
        "targets": [
            {
                "name": verification.name,
                "where": verification.where,
                "records": verification.records,
                "releases": verification.releases,
                "findings": [finding_data(finding) for finding in verification.findings],
            }
            for verification in verifications
        ],
    }


def _target(verification: Verification) -> Iterator[Block]:
    counts = (plural(verification.records, "record"), plural(verification.releases, "release"))
    yield Heading(verification.name)
    yield Paragraph(line(Span(f"{verification.where} · {', '.join(counts)}", Tone.MUTED)))
    if all(finding.outcome is Outcome.NOTE for finding in verification.findings):
        yield Paragraph(
            success_line("the chain is whole, and each record is what its commit asks for")
        )
    if verification.findings:
        yield Bullets(tuple(map(finding_line, verification.findings)))
