"""Findings: what a suite's figures mean, rule by rule. The verdict on a suite is their join."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lensops.evals.interval import meets
from lensops.evals.result import SuiteResult
from lensops.evals.usage import check_budget
from lensops.evidence import Finding, Outcome
from lensops.format import (
    format_difference,
    format_limit,
    format_percent,
    format_score,
    list_some,
)

SHOWN = 20  # must-pass cases that have a finding of their own
_ORDER = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS, Outcome.NOTE)


def suite_findings(result: SuiteResult) -> tuple[Finding, ...]:
    """Every rule's findings on a result, those that stop it first."""
    findings = [finding for rule in RULES for finding in rule(result)]
    return tuple(sorted(findings, key=lambda finding: _ORDER.index(finding.outcome)))


def _threshold(result: SuiteResult) -> Iterator[Finding]:
    """The mean against the threshold: a fail is open while too many cases lack a score to say."""
    limit, keys = result.threshold, ("evals", result.name, "threshold")
    if result.mean is None:
        message = "no case has a score" if result.total else "there are no cases"
        yield Finding(
            "threshold", result.name, Outcome.INCONCLUSIVE, message, None, limit, keys=keys
        )
        return
    outcome, verb = Outcome.PASS, "reaches"
    if not meets(result.mean, limit):
        outcome, verb = Outcome.FAIL, "is under"
    message = f"mean score {format_score(result.mean)} of {result.n:,} cases {verb}"
    message += f" the threshold {format_limit(limit)}"
    if outcome is Outcome.FAIL and _may_turn(result):
        outcome = Outcome.INCONCLUSIVE
        message += f", which the {result.total - result.n:,} without a score may yet turn"
    if result.overridden:
        message += f" (an override: the manifest says {format_limit(result.declared_threshold)})"
    yield Finding("threshold", result.name, outcome, message, result.mean, limit, keys=keys)


def _may_turn(result: SuiteResult) -> bool:
    """Whether more cases lack a score than may, and scores of 1 for them would reach the limit."""
    lacking = result.total - result.n
    best = ((result.mean or 0.0) * result.n + lacking) / result.total
    return lacking > result.max_missing * result.total and meets(best, result.threshold)


def _must_pass(result: SuiteResult) -> Iterator[Finding]:
    keys = ("evals", result.name, "cases")
    for case in result.broken[:SHOWN]:
        message = f"{case.id} must pass and does not: {case.broken}"
        yield Finding("must_pass", f"{result.name}/{case.id}", Outcome.FAIL, message, keys=keys)
    count, total = result.counts.broken, result.counts.must_pass
    if count > SHOWN:
        message = f"{count - SHOWN:,} more cases that must pass do not"
        yield Finding("must_pass", result.name, Outcome.FAIL, message, count, 0.0, keys=keys)
    if result.undecided:
        open_ = result.counts.undecided
        message = f"{open_:,} of {total:,} cases that must pass have no output or score: "
        message += list_some(result.undecided, open_)
        yield Finding("must_pass", result.name, Outcome.INCONCLUSIVE, message, keys=keys)
    elif total and not count:
        message = "the one case that must pass does"
        if total > 1:
            message = f"all {total:,} cases that must pass do"
        yield Finding("must_pass", result.name, Outcome.PASS, message, 0.0, 0.0, keys=keys)


def _missing(result: SuiteResult) -> Iterator[Finding]:
    lacking = result.missing + result.unscored
    if not lacking:
        return
    parts = ((result.missing, "no output"), (result.unscored, "no score"))
    counts = " and ".join(f"{count:,} have {what}" for count, what in parts if count)
    share, limit = lacking / result.total, result.max_missing
    outcome = Outcome.INCONCLUSIVE if share > limit else Outcome.NOTE
    message = f"of {result.total:,} cases {counts}; {format_percent(limit)} may lack one"
    keys = ("evals", result.name, "cases")
    yield Finding("missing", result.name, outcome, message, share, limit, keys=keys)


def _min_cases(result: SuiteResult) -> Iterator[Finding]:
    if result.n < result.min_cases and result.mean is not None:
        message = f"{result.n:,} cases have a score, min_cases asks for {result.min_cases:,}"
        keys = ("evals", result.name, "cases")
        limit = float(result.min_cases)
        yield Finding(
            "min_cases", result.name, Outcome.INCONCLUSIVE, message, result.n, limit, keys=keys
        )


def _regression(result: SuiteResult) -> Iterator[Finding]:
    compared = result.regression
    if compared is None:
        return
    outcome, message = compared.outcome, compared.reason
    if compared.difference is None:
        outcome = Outcome.INCONCLUSIVE if outcome is Outcome.PASS else outcome
    else:
        message = (
            f"{format_difference(compared.difference)} against {compared.base_version}: {message}"
        )
    keys, limit = ("evals", result.name, "regression"), -compared.margin
    yield Finding(
        "regression", result.name, outcome, message, compared.difference, limit, keys=keys
    )


def _neutral(result: SuiteResult) -> Iterator[Finding]:
    """Neutral values stand for a judge that nobody could ask, and for nothing else."""
    judge = result.judge
    if judge is None or not judge.neutral:
        return
    outcome = Outcome.NOTE
    message = f"{judge.neutral:,} of {result.total:,} cases were not judged and have the neutral"
    message += f" 0.75: {judge.reason}" if judge.reason else " 0.75"
    measured = math.fsum(weight for part, weight in result.weights.items() if part != "judge")
    if not measured:
        outcome = Outcome.INCONCLUSIVE
        message += "; nothing else has a weight, so nothing was measured"
    elif judge.scored and judge.neutral > result.max_missing * result.total:
        outcome = Outcome.INCONCLUSIVE
        message += f", while {judge.scored:,} have recorded votes: some are missing"
    keys = ("evals", result.name, "judge")
    yield Finding("judge", result.name, outcome, message, float(judge.neutral), keys=keys)


def _failed_votes(result: SuiteResult) -> Iterator[Finding]:
    judge = result.judge
    if judge is None or not judge.failed:
        return
    share, limit = judge.failed / judge.votes, result.max_missing
    outcome = Outcome.INCONCLUSIVE if share > limit else Outcome.NOTE
    message = f"{judge.failed:,} of {judge.votes:,} votes of the judge failed; "
    message += f"{format_percent(limit)} may"
    message += f": {judge.failure}" if judge.failure else ""
    keys = ("evals", result.name, "judge")
    yield Finding("votes", result.name, outcome, message, share, limit, keys=keys)


def _recordings(result: SuiteResult) -> Iterator[Finding]:
    """Rows of the branch that contradict the base's, which are those that count."""
    for row in result.contradictions[:SHOWN]:
        message = f"the recorded {row.kind} of {row.case} is another than at the base"
        yield Finding(
            "recordings",
            f"{result.name}/{row.case}",
            Outcome.FAIL,
            message,
            location=row.location,
            keys=("evals", result.name, "recordings"),
        )
    if (more := len(result.contradictions) - SHOWN) > 0:
        message = f"{more:,} more recorded rows are others than at the base"
        keys = ("evals", result.name, "recordings")
        yield Finding("recordings", result.name, Outcome.FAIL, message, keys=keys)


def _budget(result: SuiteResult) -> Iterator[Finding]:
    base = result.regression.base_usage if result.regression else None
    for check in check_budget(result.budget, result.usage, base):
        if result.regression is None and check.name != "latency_p95":
            continue  # growth is of a change
        yield Finding(
            "budget",
            f"{result.name}/{check.name}",
            check.outcome,
            check.message,
            check.value,
            check.limit,
            keys=("evals", result.name, "budget", check.name),
        )


def _stopped_early(result: SuiteResult) -> Iterator[Finding]:
    if result.unasked:
        share = result.unasked / result.total
        message = f"stopped early: the verdict was certain after {result.total - result.unasked:,} "
        message += f"of {result.total:,} cases; {result.unasked:,} ({share:.0%}) were not asked"
        keys = ("evals", result.name, "stop")
        yield Finding("stopped_early", result.name, Outcome.NOTE, message, share, keys=keys)


def _answered_by(result: SuiteResult) -> Iterator[Finding]:
    """Two versions that different models answered differ by the models as well."""
    head = result.usage.models if result.usage else ()
    usage = result.regression.base_usage if result.regression else None
    base = usage.models if usage else ()
    if head and base and head != base and result.regression:
        message = f"{' and '.join(head)} answered {result.version}, {' and '.join(base)} "
        message += f"{result.regression.base_version}: the difference is of the models as well"
        yield Finding("answered_by", result.name, Outcome.NOTE, message)


def _models_end(result: SuiteResult) -> Iterator[Finding]:
    """The ends that providers told while the replies were recorded."""
    votes = result.judge.usage if result.judge else None
    for usage in filter(None, (result.usage, votes)):
        for model, day in sorted(usage.ends.items()):
            message = f"{model} ends on {day}, as its provider said when it was recorded"
            yield Finding("model_ends", result.name, Outcome.NOTE, message)


RULES: tuple[Callable[[SuiteResult], Iterator[Finding]], ...] = (
    _threshold,
    _must_pass,
    _missing,
    _min_cases,
    _regression,
    _recordings,
    _neutral,
    _failed_votes,
    _budget,
    _stopped_early,
    _answered_by,
    _models_end,
)
