"""A verdict as a document and as data: what decided first, then the scores and the drift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from lensops.drift.decide import DriftRun
from lensops.evals.result import SuiteResult
from lensops.evidence import Base, Finding, Outcome, Verdict
from lensops.format import short_digest
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
from lensops.report.outcome import LOOKS, finding_data, finding_line, severity, verdict_text

LOOSENED = "gate_loosened"


class Scores(Protocol):
    """The results of the evals."""

    @property
    def results(self) -> tuple[SuiteResult, ...]: ...


class Gated(Protocol):
    """A verdict and what it was made of."""

    @property
    def verdict(self) -> Verdict: ...
    @property
    def evals(self) -> Scores | None: ...
    @property
    def drift(self) -> DriftRun | None: ...
    @property
    def base(self) -> Base | None: ...


def document(gated: Gated) -> Document:
    """The verdict with its findings, then suite by suite and monitor by monitor."""
    verdict = gated.verdict
    blocks: list[Block] = [Heading(headline(verdict)), *finding_blocks(verdict.findings)]
    for result in gated.evals.results if gated.evals else ():
        blocks += suite_blocks(result, gated.base)
    for monitor in gated.drift.monitors if gated.drift else ():
        blocks += monitor_blocks(monitor, reasons=False)
    blocks += digest_blocks(verdict)
    return Document(tuple(blocks), gate_line(verdict))


def data(gated: Gated) -> dict[str, Any]:
    """The keys of `lensops/verdict/v1`."""
    verdict = gated.verdict
    base = {"ref": gated.base.ref, "commit": gated.base.commit} if gated.base else None
    return {
        "verdict": str(verdict.outcome),
        "digests": dict(verdict.digests),
        "base": base,
        "findings": [_finding(finding) for finding in verdict.findings],
    }


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


def digest_blocks(verdict: Verdict) -> Iterator[Block]:
    """The digests that the verdict is bound to."""
    if verdict.digests:
        parts = ", ".join(f"{name} {short_digest(sha)}" for name, sha in verdict.digests.items())
        yield Paragraph(line(Span(f"evidence of {parts}", Tone.MUTED)))


def _finding(finding: Finding) -> dict[str, Any]:
    location = finding.location
    where = (
        {"path": location.path, "line": location.line, "column": location.column}
        if location
        else None
    )
    return {**finding_data(finding), "place": where}
