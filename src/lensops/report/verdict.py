"""A verdict as a document and as data: what decided first, then the scores and the drift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lensops.evidence import Finding, Outcome, Verdict
from lensops.evidence.file import body
from lensops.format import short_commit, short_digest
from lensops.gate import EXAMPLE, RECORD, GateResult
from lensops.report.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Paragraph,
    Span,
    Tone,
    line,
)
from lensops.report.drift import monitor_blocks
from lensops.report.eval import suite_blocks
from lensops.report.outcome import LOOKS, finding_line, severity, verdict_text

LOOSENED = "gate_loosened"
_REMARKS = {
    RECORD: " (needs a key of the provider; commit what it records)",
    EXAMPLE: " (a project that has evals and drift, to copy from)",
}


def document(result: GateResult) -> Document:
    """The verdict with its findings, then suite by suite and monitor by monitor."""
    verdict = result.verdict
    blocks: list[Block] = [Heading(headline(verdict)), *finding_blocks(verdict.findings)]
    blocks += next_blocks(result)
    for suite in result.evals.results if result.evals else ():
        blocks += suite_blocks(suite, result.base)
    for monitor in result.drift.monitors if result.drift else ():
        blocks += monitor_blocks(monitor, reasons=False)
    blocks += digest_blocks(verdict)
    return Document(tuple(blocks), gate_line(verdict))


def data(result: GateResult) -> dict[str, Any]:
    """The keys of `lensops/verdict/v1`: those of the evidence file, and what to run next."""
    return {**body(result.verdict), "next": result.next_command}


def headline(verdict: Verdict) -> str:
    """The verdict in two words."""
    return f"Gate {LOOKS[verdict.outcome].word.lower()} {LOOKS[verdict.outcome].sign}"


def gate_line(verdict: Verdict) -> str:
    """The last line of text output."""
    counts = dict.fromkeys(Outcome, 0)
    for finding in verdict.findings:
        counts[finding.outcome] += 1
    totals = " ".join(f"{outcome}={counts[outcome]}" for outcome in Outcome)
    return f"[gate] {totals} {verdict_text(verdict.outcome)}"


def finding_blocks(findings: Sequence[Finding]) -> Iterator[Block]:
    """What was loosened in lines of its own, then the findings, those that stop it first."""
    for finding in findings:
        if finding.rule == LOOSENED:
            text = f"⚠ gate loosened: {finding.subject}: {finding.message}"
            yield Paragraph(line(Span(text, Tone.BAD)))
    remaining = [finding for finding in findings if finding.rule != LOOSENED]
    remaining.sort(key=lambda finding: severity(finding.outcome))
    if remaining:
        yield Bullets(tuple(map(finding_line, remaining)))


def next_blocks(result: GateResult) -> Iterator[Block]:
    """The one command to run after a gate that fails or is inconclusive."""
    if result.next_command is not None:
        command = result.next_command
        remark = next((text for part, text in _REMARKS.items() if part in command), "")
        yield Paragraph(line("Next: ", Span(command, Tone.STRONG), remark))


def digest_blocks(verdict: Verdict) -> Iterator[Block]:
    """The digests that the verdict is bound to."""
    if verdict.digests:
        parts = [f"{name} {short_digest(sha)}" for name, sha in verdict.digests.items()]
        if verdict.base:
            parts.append(f"base {short_commit(verdict.base.commit)}")
        yield Paragraph(line(Span(f"evidence of {', '.join(parts)}", Tone.MUTED)))
