"""The comment on a pull request: the verdict and its figures at once, what is long folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from lensops.drift.decide import MonitorResult
from lensops.errors import Invalid, RemoteFailed, UserError
from lensops.evals.result import SuiteResult
from lensops.evidence import Outcome
from lensops.format import (
    format_difference,
    format_interval,
    format_limit,
    format_score,
    plural,
    short_commit,
)
from lensops.plan import Plan
from lensops.report.changes import change_line, count_changes
from lensops.report.compared import compared_blocks
from lensops.report.document import (
    Block,
    Bullets,
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
from lensops.report.drift import headline, monitor_blocks, worst_first
from lensops.report.outcome import LOOKS, sign, status_sign
from lensops.report.plan import document as plan_document
from lensops.report.scores import worst
from lensops.report.verdict import Gated, digest_blocks, finding_blocks

CHANGES = 10  # changes that have a line of their own before the fold
FEATURES = 10  # features of a monitor in the table, the worst first
PROBLEMS = 50  # problems of a project that cannot be read
_SCORES = (
    Column(""),
    Column("Eval"),
    Column("Score", right=True),
    Column("Threshold", right=True),
    Column("Against base", right=True),
    Column("Interval"),
    Column("Cases", right=True),
)
_DRIFT = (
    Column(""),
    Column("Drift"),
    Column("PSI", right=True),
    Column("Status"),
    Column("Evidence"),
    Column("Rows"),
)


class Composed(Protocol):
    """What changes, and whether it may."""

    @property
    def plan(self) -> Plan: ...
    @property
    def gated(self) -> Gated: ...


def document(composed: Composed) -> Document:
    """First what everybody reads; then, folded, the texts, cases and charts behind it.

    A comment has a limit, and its end is cut off first: so what decides never is.
    """
    gated = composed.gated
    results = gated.evals.results if gated.evals else ()
    monitors = gated.drift.monitors if gated.drift else ()
    look = LOOKS[gated.verdict.outcome]
    title = f"{look.sign} lensops gate {look.word.lower()}"
    blocks: list[Block] = [Heading(title), *_changes(composed.plan)]
    blocks += finding_blocks(gated.verdict.findings)
    if results:
        blocks.append(Table(_SCORES, tuple(_score(result) for result in results)))
    if monitors:
        blocks.append(Paragraph(line(headline(monitors))))
        blocks.append(Table(_DRIFT, tuple(row for each in monitors for row in _drift(each))))
    blocks += digest_blocks(gated.verdict)
    blocks += _folds(composed, results, monitors)
    return Document(tuple(blocks))


def failed(error: UserError) -> Document:
    """The comment where there is no verdict: what is wrong, and what would mend it."""
    verb = "finish" if isinstance(error, RemoteFailed) else "start"
    if isinstance(error, Invalid):
        said = [str(problem) for problem in error.problems]
        more = len(said) - PROBLEMS
        said = said[:PROBLEMS] + ([f"and {plural(more, 'more problem')}"] if more > 0 else [])
    else:
        said = [error.message, *([f"hint: {error.hint}"] if error.hint else [])]
    heading = Heading(f"{LOOKS[Outcome.FAIL].sign} lensops gate could not {verb}")
    return Document((heading, Bullets(tuple(line(each) for each in said))))


def _changes(plan: Plan) -> Iterator[Block]:
    """What the branch changes, in a line each; their texts come later."""
    changes = [change for target in plan.targets for change in target.changes]
    since = f" since {plan.base.ref} ({short_commit(plan.base.commit)})" if plan.base else ""
    if not changes:
        yield Paragraph(line(f"No prompt, threshold or band changes{since}."))
        return
    yield Paragraph(line(Span(count_changes(changes), Tone.STRONG), since))
    yield Bullets(tuple(change_line(change) for change in changes[:CHANGES]))


def _score(result: SuiteResult) -> tuple[Line, ...]:
    compared = result.regression
    difference = interval = ""
    if compared and compared.difference is not None:
        difference = format_difference(compared.difference)
        interval = format_interval(compared.interval, signed=True)
    return (
        line(sign(result.outcome)),
        line(f"{result.name} {result.version}"),
        line(format_score(result.mean)),
        line(format_limit(result.threshold)),
        line(difference),
        line(interval),
        line(f"{result.n} of {result.total}"),
    )


def _drift(result: MonitorResult) -> Iterator[tuple[Line, ...]]:
    """The monitor in a row, then its features."""
    report = result.report
    psi = format_score(report.psi, "none")
    rows = f"{report.n_baseline:,} → {report.n_current:,}"
    name = Span(report.name, Tone.STRONG)
    yield (
        line(status_sign(report.decided)),
        line(name),
        line(psi),
        line(report.decided),
        line(""),
        line(rows),
    )
    for each in worst_first(report)[:FEATURES]:
        status = str(each.status)
        yield (
            line(status_sign(status)),
            line(each.name),
            line(format_score(each.psi)),
            line(status),
            line(str(each.evidence)),
            (),
        )


def _folds(
    composed: Composed, results: Sequence[SuiteResult], monitors: Sequence[MonitorResult]
) -> Iterator[Block]:
    plan = composed.plan
    if not plan.in_sync:
        texts = tuple(b for b in plan_document(plan).blocks if not isinstance(b, Heading))
        yield Fold(line("What changes, as text"), texts)
    for result in results:
        if result.regression:
            held = tuple(compared_blocks(result.regression, result.version, composed.gated.base))
            yield Fold(line(f"{result.name}: what crossed the threshold"), held[1:])
        if cases := tuple(worst(result)):
            yield Fold(line(f"{result.name}: the worst cases"), cases)
    for monitor in monitors:
        blocks = tuple(monitor_blocks(monitor, reasons=False))
        yield Fold(line(f"{monitor.name}: every feature"), blocks)
