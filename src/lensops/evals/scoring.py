"""Scoring: cases with their outputs become case scores; nothing is asked and nothing is read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lensops.evals.arm import Answered
from lensops.evals.cases import Case
from lensops.evals.checks import checked_output, run_checks
from lensops.evals.interval import meets
from lensops.evals.judging import STATES, Judged, judge_part, judge_signature
from lensops.evals.metrics import Unscored, find_metrics
from lensops.evals.metrics.batch import Figures, Job, measure
from lensops.evals.result import CaseScore, CheckResult
from lensops.evals.schema import Schema
from lensops.evals.text import text_of
from lensops.manifest import Suite


@dataclass(frozen=True)
class Scorer:
    """How a suite scores."""

    suite: Suite
    threshold: float
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    no_judge: str | None = None  # why no judge could be asked

    def score(self, answered: Answered, figures: Sequence[Figures]) -> CaseScore:
        """A case's score; `figures` holds the metrics of each output."""
        case = answered.case
        checks = self._checks(answered)
        parts, reasons = _means(figures)
        if answered.why:
            reasons["output"] = answered.why
        elif cuts := [row.why_cut for row in answered.rows if row.why_cut]:
            reasons["output"] = cuts[0]
        state, grades = None, {}
        if answered.outputs and "judge" in self.suite.weights:
            verdicts = self._verdicts(answered)
            parts["judge"], state = _mean_part(verdicts)
            grades = _mean_grades(verdicts)
            reasons |= {"judge": verdicts[0].reason} if verdicts[0].reason else {}
        if "checks" in self.suite.weights and answered.outputs:
            parts["checks"] = _share(checks)
        scores = {name: parts.get(name) for name in self.suite.weights}
        aggregate = weighted_sum(scores, self.suite.weights)
        return CaseScore(
            id=case.id,
            group=case.group,
            must_pass=case.must_pass,
            scores=scores,
            aggregate=aggregate,
            reasons=reasons,
            checks=checks,
            outputs=answered.outputs,
            inputs=answered.inputs,
            references=case.references,
            models=tuple(row.model for row in answered.rows),
            judged=state,
            grades=grades,
            broken=self._why_broken(case, answered, checks, aggregate),
            is_unasked=answered.is_unasked,
            is_cut=any(row.why_cut for row in answered.rows),
        )

    def _verdicts(self, answered: Answered) -> list[Judged]:
        """The judge's part of each output."""
        if (judge := self.suite.judge) is None:
            return [Judged(None, "unscored", "the suite has no judge")] * len(answered.outputs)
        ballots = answered.ballots or ((),) * len(answered.outputs)
        return [judge_part(votes, judge, self.no_judge) for votes in ballots]

    def _checks(self, answered: Answered) -> tuple[CheckResult, ...]:
        """Each check's result: it holds when it holds of every output."""
        declared = (*self.suite.checks, *answered.case.checks)
        if not declared:
            return ()
        text = self.suite.text
        by_output = [
            run_checks(declared, checked_output(output, text, self.schemas, self.suite.normalize))
            for output in answered.outputs
        ]
        return tuple(
            next((result for result in results if not result.passed), results[0])
            for results in zip(*by_output, strict=True)
        )

    def _why_broken(
        self,
        case: Case,
        answered: Answered,
        checks: Sequence[CheckResult],
        aggregate: float | None,
    ) -> str | None:
        """Why a must-pass case fails the gate alone, or None.

        Its checks decide; only where neither suite nor case has any does its score. A case
        without an output fails nothing: it leaves the result open (`CaseScore.is_undecided`).
        """
        if not case.must_pass or not answered.outputs:
            return None
        if failed := [check for check in checks if not check.passed and not check.is_open]:
            return "; ".join(f"{check.kind}: {check.reason}" for check in failed)
        if not checks and aggregate is not None and not meets(aggregate, self.threshold):
            return f"its score {aggregate:.4f} is under {self.threshold:g}"
        return None


def score_cases(scorer: Scorer, answered: Sequence[Answered]) -> tuple[CaseScore, ...]:
    """The scores of some cases, measured here and now. Raises `UserError`."""
    suite = scorer.suite
    jobs = [text_jobs(case, suite.text) for case in answered]
    flat = [job for of_case in jobs for job in of_case]
    figures = iter(measure(flat, list(suite.weights), suite.tokenizer))
    return tuple(
        scorer.score(case, [next(figures) for _ in of_case])
        for case, of_case in zip(answered, jobs, strict=True)
    )


def signatures(suite: Suite) -> dict[str, str]:
    """How each weighted figure is made: two with equal signatures may be compared."""
    metrics = find_metrics(suite.weights)
    made_by = {name: metric.signature(suite.tokenizer) for name, metric in metrics.items()}
    if "judge" in suite.weights and suite.judge:
        made_by["judge"] = judge_signature(suite.judge)
    return made_by


def text_jobs(answered: Answered, text_field: str | None) -> list[Job]:
    """What the metrics read: the text of each output, with the references."""
    references = answered.case.references
    return [(text_of(output, text_field), references) for output in answered.outputs]


def weighted_sum(scores: Mapping[str, float | None], weights: Mapping[str, float]) -> float | None:
    """The weighted sum, or None where a part that counts is missing."""
    parts = []
    for name, weight in weights.items():
        if weight:
            if (score := scores.get(name)) is None:
                return None
            parts.append(weight * score)
    return math.fsum(parts)


def _means(figures: Sequence[Figures]) -> tuple[dict[str, float | None], dict[str, str]]:
    """The mean of each metric over the outputs; None and why where one of them has no figure."""
    parts: dict[str, float | None] = {}
    reasons: dict[str, str] = {}
    for name in figures[0] if figures else ():
        values = [part[name] for part in figures]
        numbers = [value for value in values if isinstance(value, float)]
        parts[name] = math.fsum(numbers) / len(values)
        if len(numbers) < len(values):
            failed = [value for value in values if not isinstance(value, float)]
            reasons[name] = failed[0].reason
            if any(isinstance(value, Unscored) for value in failed):
                parts[name] = None
    return parts, reasons


def _mean_part(verdicts: Sequence[Judged]) -> tuple[float | None, str]:
    """The mean over outputs, and the worst of their states."""
    state = max((part.state for part in verdicts), key=STATES.index)
    scores = [part.score for part in verdicts if part.score is not None]
    if len(scores) < len(verdicts):
        return None, state
    return math.fsum(scores) / len(scores), state


def _mean_grades(verdicts: Sequence[Judged]) -> dict[str, float]:
    graded = [part.grades for part in verdicts if part.grades]
    if not graded:
        return {}
    return {name: math.fsum(g[name] for g in graded) / len(graded) for name in graded[0]}


def _share(checks: Sequence[CheckResult]) -> float | None:
    """The share of checks that hold; None where one could not be held against the output."""
    if any(check.is_open for check in checks):
        return None
    return sum(check.passed for check in checks) / len(checks) if checks else None
