"""Summary: case scores become a suite's result, its outcome and the reasons for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lensops.evals.interval import clustered_mean
from lensops.evals.judging import Vote, agreement
from lensops.evals.outputs import listed
from lensops.evals.result import CaseScore, JudgeTotals, Regression, SuiteResult
from lensops.evals.scoring import meets
from lensops.evidence.value import Outcome
from lensops.manifest import Suite


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's word on a result. An uncertain fail may yet turn, when what is missing comes."""

    outcome: Outcome
    text: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class About:
    """What a result is of."""

    name: str
    prompt: str
    version: str
    suite: Suite
    threshold: float
    signatures: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)


def summarise(
    about: About,
    cases: Sequence[CaseScore],
    judge: JudgeTotals | None = None,
    regression: Regression | None = None,
) -> SuiteResult:
    """The result of a suite whose cases are scored."""
    suite = about.suite
    scored = [case for case in cases if case.aggregate is not None]
    values = [case.aggregate for case in scored if case.aggregate is not None]
    mean = clustered_mean(values, [case.cluster for case in scored]) if values else None
    interval = mean.interval(suite.regression.confidence) if mean else None
    result = SuiteResult(
        name=about.name,
        prompt=about.prompt,
        version=about.version,
        n=len(scored),
        total=len(cases),
        missing=sum(case.missing for case in cases),
        unscored=sum(case.aggregate is None and not case.missing for case in cases),
        mean=mean.value if mean else None,
        interval=(max(interval[0], 0.0), min(interval[1], 1.0)) if interval else None,
        confidence=suite.regression.confidence,
        threshold=about.threshold,
        declared_threshold=suite.threshold,
        outcome=Outcome.INCONCLUSIVE,
        reasons=(),
        weights=suite.weights,
        metrics={name: _mean(cases, name) for name in suite.weights},
        signatures=about.signatures,
        cases=tuple(cases),
        judge=judge,
        regression=regression,
        notes=about.notes,
        digests=about.digests,
    )
    return _concluded(result, list(_reasons(result, suite)))


def judge_totals(
    cases: Sequence[CaseScore],
    model: str | None,
    ballots: Iterable[Sequence[Vote]],
    reason: str | None,
) -> JudgeTotals:
    """How many cases were judged, got the neutral grade, or have none; and by whom."""
    counts = [case.judged for case in cases]
    votes = list(ballots)
    return JudgeTotals(
        model,
        counts.count("scored"),
        counts.count("neutral"),
        counts.count("unscored"),
        agreement(votes),
        reason,
        tuple(sorted({vote.by for ballot in votes for vote in ballot if vote.by})),
    )


def _mean(cases: Sequence[CaseScore], name: str) -> float | None:
    values = [score for case in cases if (score := case.scores.get(name)) is not None]
    return math.fsum(values) / len(values) if values else None


def _reasons(result: SuiteResult, suite: Suite) -> Iterator[Reason]:
    """Every rule's word on a result; what is not known comes out inconclusive."""
    if result.broken:
        names = listed(case.id for case in result.broken)
        yield Reason(Outcome.FAIL, f"must-pass cases fail: {names}")
    yield from _evidence(result, suite)
    if result.mean is not None:
        yield _threshold(result, result.mean)
    if result.regression is not None:
        compared = result.regression
        words = f"against base {compared.base_version}: {compared.reason}"
        yield Reason(compared.outcome, words)


def _threshold(result: SuiteResult, mean: float) -> Reason:
    """The mean against the threshold. Under it for sure: even if all that lack a score had 1."""
    lacking = result.total - result.n
    best = (mean * result.n + lacking) / result.total
    words = f"threshold {result.threshold:g}"
    if meets(mean, result.threshold):
        return Reason(Outcome.PASS, f"mean score {mean:.4f} reaches the {words}")
    certain = not meets(best, result.threshold)
    return Reason(Outcome.FAIL, f"mean score {mean:.4f} is under the {words}", certain)


def _evidence(result: SuiteResult, suite: Suite) -> Iterator[Reason]:
    """Whether there is enough to go by."""
    if not result.n:
        yield Reason(Outcome.INCONCLUSIVE, "no case has a score")
    elif result.n < suite.min_cases:
        words = f"{result.n} cases have a score, {suite.min_cases} are asked for (min_cases)"
        yield Reason(Outcome.INCONCLUSIVE, words)
    if undecided := [case.id for case in result.cases if case.undecided]:
        words = f"must-pass cases without an output or score: {listed(undecided)}"
        yield Reason(Outcome.INCONCLUSIVE, words)
    lacking = result.missing + result.unscored
    if lacking > suite.max_missing * result.total:
        parts = ((result.missing, "no output"), (result.unscored, "no score"))
        counts = " and ".join(f"{count} have {what}" for count, what in parts if count)
        words = f"of {result.total} cases {counts}"
        yield Reason(Outcome.INCONCLUSIVE, words)


def _concluded(result: SuiteResult, reasons: Sequence[Reason]) -> SuiteResult:
    """The result with its outcome: a certain fail, else inconclusive, else what is left."""
    outcomes = {reason.outcome for reason in reasons}
    certain = any(reason.outcome is Outcome.FAIL and reason.certain for reason in reasons)
    if certain:
        outcome = Outcome.FAIL
    elif Outcome.INCONCLUSIVE in outcomes:
        outcome = Outcome.INCONCLUSIVE
    else:
        outcome = Outcome.FAIL if Outcome.FAIL in outcomes else Outcome.PASS
    order = [Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS]
    said = sorted(reasons, key=lambda reason: order.index(reason.outcome))
    return replace(result, outcome=outcome, reasons=tuple(reason.text for reason in said))
