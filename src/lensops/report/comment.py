"""The comment on a pull request: the verdict and its figures at once, what is long folded."""

from __future__ import annotations

from collections.abc import Iterator

from lensops.drift.results import MonitorResult
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
from lensops.gate import GateResult
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
from lensops.report.usage import usage_blocks
from lensops.report.verdict import digest_blocks, finding_blocks, next_blocks

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


def document(plan: Plan, result: GateResult) -> Document:
    """First what everybody reads; then, folded, the texts, cases and charts behind it.

    A comment has a limit, and its end is cut off first: so what decides never is.
    """
    suites = result.evals.results if result.evals else ()
    monitors = result.drift.monitors if result.drift else ()
    look = LOOKS[result.verdict.outcome]
    title = f"{look.sign} lensops gate {look.word.lower()}"
    blocks: list[Block] = [Heading(title), *_changes(plan)]
    blocks += finding_blocks(result.verdict.findings)
    blocks += next_blocks(result)
    if suites:
        blocks.append(Table(_SCORES, tuple(_score(suite) for suite in suites)))
        blocks += [block for suite in suites for block in usage_blocks(suite, with_name=True)]
    if monitors:
        rows = tuple(row for monitor in monitors for row in _drift(monitor))
        blocks += [Paragraph(line(headline(monitors))), Table(_DRIFT, rows)]
    blocks += digest_blocks(result.verdict)
    blocks += _folds(plan, result)
    return Document(tuple(blocks))


def failure_document(error: UserError) -> Document:
    """The comment where there is no verdict: what is wrong, and what fixes it."""
    verb = "finish" if isinstance(error, RemoteFailed) else "start"
    if isinstance(error, Invalid):
        messages = [str(problem) for problem in error.problems]
        more = len(messages) - PROBLEMS
        rest = [f"and {plural(more, 'more problem')}"] if more > 0 else []
        messages = messages[:PROBLEMS] + rest
    else:
        messages = [error.message, *([f"hint: {error.hint}"] if error.hint else [])]
    heading = Heading(f"{LOOKS[Outcome.FAIL].sign} lensops gate could not {verb}")
    return Document((heading, Bullets(tuple(line(message) for message in messages))))


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
        line(status_sign(report.headline_status)),
        line(name),
        line(psi),
        line(report.headline_status),
        line(""),
        line(rows),
    )
    for feature in worst_first(report)[:FEATURES]:
        status = str(feature.status)
        yield (
            line(status_sign(status)),
            line(feature.name),
            line(format_score(feature.psi)),
            line(status),
            line(str(feature.evidence)),
            (),
        )


def _folds(plan: Plan, result: GateResult) -> Iterator[Block]:
    if not plan.in_sync:
        texts = (block for block in plan_document(plan).blocks if not isinstance(block, Heading))
        yield Fold(line("What changes, as text"), tuple(texts))
    for suite in result.evals.results if result.evals else ():
        if suite.regression:
            _, *blocks = compared_blocks(suite.regression, suite.version, result.base)
            yield Fold(line(f"{suite.name}: what crossed the threshold"), tuple(blocks))
        if cases := tuple(worst(suite)):
            yield Fold(line(f"{suite.name}: the worst cases"), cases)
    for monitor in result.drift.monitors if result.drift else ():
        features = tuple(monitor_blocks(monitor, reasons=False))
        yield Fold(line(f"{monitor.name}: every feature"), features)
