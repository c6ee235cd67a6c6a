"""Summary: case scores become a suite's result, its outcome and the reasons for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lensops.evals.findings import suite_findings
from lensops.evals.interval import clustered_mean
from lensops.evals.judging import Vote, agreement
from lensops.evals.result import CaseScore, JudgeTotals, Regression, SuiteResult
from lensops.manifest import Suite


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
        weights=suite.weights,
        metrics={name: _mean(cases, name) for name in suite.weights},
        signatures=about.signatures,
        cases=tuple(cases),
        judge=judge,
        regression=regression,
        notes=about.notes,
        digests=about.digests,
        max_missing=suite.max_missing,
        min_cases=suite.min_cases,
    )
    return replace(result, findings=suite_findings(result))


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
