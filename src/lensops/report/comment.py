"""The comment on a pull request: the verdict, what changes, scores, drift, what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from lensops.evals.value import SuiteResult
from lensops.evidence import Outcome
from lensops.plan import Plan
from lensops.report.changes import counted
from lensops.report.compared import compared_blocks
from lensops.report.document import (
    Block,
    Column,
    Document,
    Fold,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.drift import SIGNS, headline, monitor_blocks
from lensops.report.eval import WORDS
from lensops.report.plan import document as plan_document
from lensops.report.scores import figure, worst
from lensops.report.verdict import Gated, digest_blocks, finding_blocks

EMOJI = {Outcome.PASS: "✅", Outcome.FAIL: "❌", Outcome.INCONCLUSIVE: "❔"}
_COLUMNS = (
    Column(""),
    Column("Eval"),
    Column("Score", right=True),
    Column("Threshold", right=True),
    Column("Against base", right=True),
    Column("Interval"),
    Column("Cases", right=True),
)


class Composed(Protocol):
    """What changes, and whether it may."""

    @property
    def plan(self) -> Plan: ...
    @property
    def gated(self) -> Gated: ...


def document(composed: Composed) -> Document:
    """From the verdict down to the digests; whatever is long is folded."""
    verdict = composed.gated.verdict
    words = f"{EMOJI[verdict.outcome]} lensops gate {WORDS[verdict.outcome].lower()}"
    blocks: list[Block] = [Heading(words), *finding_blocks(verdict.findings)]
    blocks.append(_changes(composed.plan))
    if composed.gated.evals:
        blocks += _scores(composed)
    if composed.gated.drift:
        blocks += _drift(composed)
    blocks += digest_blocks(verdict)
    return Document(tuple(blocks))


def _changes(plan: Plan) -> Block:
    changes = [change for target in plan.targets for change in target.changes]
    if not changes:
        return Paragraph(line("No prompt, threshold or band changes."))
    summary = line(Span("What changes: ", Tone.STRONG), counted(changes))
    blocks = tuple(b for b in plan_document(plan).blocks if not isinstance(b, Heading))
    return Fold(summary, blocks, open=len(changes) == 1)


def _scores(composed: Composed) -> Iterator[Block]:
    evals = composed.gated.evals
    results = evals.results if evals else ()
    yield Table(_COLUMNS, tuple(_row(result) for result in results))
    for result in results:
        if result.regression:
            blocks = tuple(compared_blocks(result.regression, result.version, composed.gated.base))
            yield Fold(line(f"{result.name}: what crossed the threshold"), blocks[1:])
        yield Fold(line(f"{result.name}: the worst cases"), tuple(worst(result)))


def _row(result: SuiteResult) -> tuple[Line, ...]:
    compared = result.regression
    difference = interval = ""
    if compared and compared.difference is not None:
        difference = f"{compared.difference:+.4f}"
        low, high = compared.interval or (None, None)
        interval = f"{low:+.4f} to {high:+.4f}" if low is not None and high is not None else ""
    return (
        line(EMOJI[result.outcome]),
        line(f"{result.name} {result.version}"),
        line(figure(result.mean)),
        line(f"{result.threshold:g}"),
        line(difference),
        line(interval),
        line(f"{result.n} of {result.total}"),
    )


def _drift(composed: Composed) -> Iterator[Block]:
    drift = composed.gated.drift
    monitors = drift.monitors if drift else ()
    yield Paragraph(line(headline(monitors)))
    for checked in monitors:
        sign = SIGNS.get(checked.report.decided, "❔")
        summary = line(f"{sign} {checked.report.name}: {len(checked.report.features)} features")
        is_fine = checked.decision.outcome is Outcome.PASS
        yield Fold(summary, tuple(monitor_blocks(checked)), open=not is_fine)
