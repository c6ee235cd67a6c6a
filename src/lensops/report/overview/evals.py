"""The evals: scores over time, the parts of the newest score, and its cases."""

from __future__ import annotations

from collections.abc import Iterator

from lensops.evidence import Outcome
from lensops.format import (
    format_difference,
    format_interval,
    format_limit,
    format_score,
    format_time,
    plural,
    score_bar,
)
from lensops.report.document import (
    Block,
    Bullets,
    Column,
    Fold,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from lensops.report.outcome import LOOKS, outcome_badge, outcome_of, sign, tone_of
from lensops.report.overview.cases import case_rows, case_table
from lensops.report.overview.charts import score_series
from lensops.report.overview.stored import StoredEval, StoredJudge, StoredSuite
from lensops.report.overview.value import Overview
from lensops.report.page import Beside
from lensops.report.usage import usage_lines

CASES = 150  # rows of cases on the page, over all evals; the stored results hold all


def eval_blocks(overview: Overview) -> Iterator[Block]:
    """Suite by suite, those that stop a release first."""
    if not overview.latest_evals:
        how = Span("lensops eval", Tone.CODE)
        yield Paragraph(line("No stored result yet: ", how, " writes one."))
    room = CASES
    for stored in sorted(overview.latest_evals, key=_rank):
        yield Heading(f"{stored.suite.name} {stored.suite.version}", 3)
        yield Paragraph(suite_line(stored))
        chart = score_series(overview, stored.suite.name)
        yield Beside(((chart,), (parts_table(stored.suite), *suite_notes(stored.suite))))
        other = compared_run(overview, stored)
        rows = case_rows(stored.suite, other.suite if other else None)
        if rows and room > 0:
            yield _case_fold(stored, other, len(rows), room)
            room -= len(rows)


def suite_line(stored: StoredEval) -> Line:
    """Outcome, score, threshold, n, time."""
    suite = stored.suite
    limit = format_limit(suite.threshold)
    facts = [f"{format_score(suite.mean_score)} against {limit}", f"n = {suite.n:,}"]
    if suite.interval and suite.mean_score is not None:
        facts.append(f"95% interval {format_interval(suite.interval)}")
    facts += [format_time(stored.time)]
    return line(outcome_badge(outcome_of(passed=suite.passed)), f" {', '.join(facts)}")


def suite_notes(suite: StoredSuite) -> Iterator[Block]:
    """Why the outcome is what it is, how the judge fared, what changed against the base."""
    outcome = outcome_of(passed=suite.passed)
    notes = [line(sign(outcome), reason) for reason in suite.reasons[:4]]
    if suite.judge is not None:
        notes.append(_judge_line(suite.judge))
    if suite.regression is not None and suite.regression.difference is not None:
        against = suite.regression
        interval = format_interval(against.interval, signed=True)
        difference = f"{format_difference(against.difference)} ({interval})"
        notes.append(line(f"against {against.base_version}: {difference}, {against.outcome}"))
    if suite.unasked:
        notes.append(line(f"stopped early: {plural(suite.unasked, 'case')} not asked"))
    if suite.cases_ref is not None:
        count = plural(suite.total or suite.n, "case")
        notes.append(line(f"{count}, too many to list here: they are in {suite.cases_ref.path}"))
    notes += usage_lines(suite)
    if notes:
        yield Bullets(tuple(notes))


def parts_table(suite: StoredSuite) -> Table:
    """The mean of each part with its weight; a part that was not measured has no bar."""
    columns = (
        Column("Part"),
        Column("Weight", right=True),
        Column("Mean", right=True),
        Column("0 to 1"),
    )
    rows = []
    for name, value in suite.metrics.items():
        measured = value if _is_measured(name, suite) else None
        weight = suite.weights.get(name)
        rows.append(
            (
                line(name),
                line("" if weight is None else f"{weight:g}"),
                line(format_score(measured, "not measured")),
                line(score_bar(measured)),
            )
        )
    tone = tone_of(outcome_of(passed=suite.passed))
    whole = (
        line(Span("score", Tone.STRONG)),
        line(),
        line(Span(format_score(suite.mean_score), tone)),
        line(Span(score_bar(suite.mean_score), tone)),
    )
    return Table(columns, (*rows, whole), f"Parts of the score of {suite.name}")


def compared_run(overview: Overview, stored: StoredEval) -> StoredEval | None:
    """The run beside which a run is shown: the newest earlier one of another version."""
    runs = overview.suite_runs(stored.suite.name)
    earlier = runs[: runs.index(stored)]
    candidates = [run for run in earlier if run.suite.version != stored.suite.version]
    return candidates[-1] if candidates else None


def _is_measured(part: str, suite: StoredSuite) -> bool:
    """Neutral grades that nobody gave are no measurement."""
    judge = suite.judge
    return part != "judge" or judge is None or judge.scored > 0


def _judge_line(judge: StoredJudge) -> Line:
    counts = f"judged {judge.scored}, neutral {judge.neutral}, unscored {judge.unscored}"
    reason = f": {judge.reason}" if judge.reason else ""
    tone = Tone.MUTED if judge.scored else Tone.WARN
    return line(Span(f"{judge.model or 'no judge'} · {counts}{reason}", tone))


def _case_fold(stored: StoredEval, other: StoredEval | None, count: int, room: int) -> Fold:
    rows = case_rows(stored.suite, other.suite if other else None)[:room]
    table = case_table(rows, stored.suite, other.suite if other else None)
    beside = f", beside {other.suite.version}" if other else ""
    is_failed = sum(row.is_failed for row in rows)
    summary = line(Span(plural(count, "case"), Tone.STRONG), f"{beside}: {is_failed} failed")
    blocks: tuple[Block, ...] = (table,)
    if len(rows) < count:
        text = f"{count - len(rows)} more are in the stored result"
        blocks = (table, Paragraph(line(Span(text, Tone.MUTED))))
    is_open = outcome_of(passed=stored.suite.passed) is not Outcome.PASS
    return Fold(summary, blocks, open=is_open)


def _rank(stored: StoredEval) -> int:
    return list(LOOKS).index(outcome_of(passed=stored.suite.passed))
