"""Regression: is the head no worse than the base, on the same cases, by more than a margin?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lensops.evals.interval import ClusterTotals, Mean, meets
from lensops.evals.judging import Vote
from lensops.evals.result import CaseScore, Flip, Regression
from lensops.evals.text import same_outputs
from lensops.evidence import Outcome
from lensops.format import format_limit, format_score, plural
from lensops.manifest import Suite

FLIPS = 1_000  # cases that crossed the threshold, with their outputs


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the pairs say: head minus base in mean score, and whether that is acceptable."""

    outcome: Outcome
    reason: str
    difference: float | None = None
    interval: tuple[float, float] | None = None
    n_needed: int | None = None


class PairTotals:
    """The pairs of a suite, one after the other: differences, flips, what lacks a score."""

    def __init__(self, suite: Suite, threshold: float) -> None:
        self.suite, self.threshold = suite, threshold
        self.total = self.identical = self.won = self.lost = self.left_out = self.unasked = 0
        self.judges: tuple[set[str], set[str]] = (set(), set())  # of the base, of the head
        self.flips: list[Flip] = []
        self._differences = ClusterTotals()
        self._base_sum = 0.0

    def add(self, base: CaseScore, head: CaseScore, *, is_new: bool = False) -> None:
        """Take one case in, as both versions answered it. Equal outputs differ by nothing.

        A case that is new, and of which the base has no output, is left out.
        """
        if base.is_unasked or head.is_unasked:
            self.unasked += 1
            return
        if is_new and base.missing:
            self.left_out += 1
            return
        self.total += 1
        if base.aggregate is None or head.aggregate is None:
            return
        if (base.judged == "neutral") != (head.judged == "neutral"):
            return  # a vote on one side and none on the other is no comparison
        is_identical = base is head or same_outputs(base.outputs, head.outputs)
        difference = 0.0 if is_identical else head.aggregate - base.aggregate
        self.identical += is_identical
        self._base_sum += base.aggregate
        self._differences.add(difference, head.group)
        if base is not head:
            self._note_flip(base, head)

    def regression(self, base_version: str) -> Regression:
        """The comparison of both versions on the cases that have a score in both."""
        rule, scored = self.suite.regression, len(self._differences)
        compared = compare(self._differences, self.identical, rule.margin, rule.confidence)
        outcome, reason = compared.outcome, compared.reason
        if reason_apart := self._judges_apart():
            outcome, reason = Outcome.INCONCLUSIVE, reason_apart
        if self.unasked:
            outcome = Outcome.INCONCLUSIVE
            reason = f"{plural(self.unasked, 'case')} not asked (stop: early); {reason}"
        lacking = self.total - scored
        if lacking > self.suite.max_missing * self.total and scored:
            outcome = Outcome.INCONCLUSIVE
            reason = f"{lacking:,} of {self.total:,} cases lack a score in one version; {reason}"
        if self.left_out:
            reason += (
                f"; {plural(self.left_out, 'new case')} left out, which the base never answered"
            )
        return Regression(
            base_version=base_version,
            difference=compared.difference,
            interval=compared.interval,
            margin=rule.margin,
            confidence=rule.confidence,
            outcome=outcome,
            n=scored,
            identical=self.identical,
            n_needed=compared.n_needed,
            reason=reason,
            flips=tuple(self.flips),
            won=self.won,
            lost=self.lost,
            left_out=self.left_out,
            unasked=self.unasked,
            base_mean=self._base_sum / scored if scored else None,
        )

    def note_judges(self, base: Iterable[Vote], head: Iterable[Vote]) -> None:
        """Take in who voted on two outputs that differ."""
        for judges, votes in zip(self.judges, (base, head), strict=True):
            judges.update(vote.by for vote in votes if vote.by and vote.grades is not None)

    def _judges_apart(self) -> str | None:
        """Why the votes of both versions are not of one judge, or None."""
        base, head = self.judges
        if not base or not head or base == head:
            return None
        names = " and ".join(sorted(base)), " and ".join(sorted(head))
        return (
            f"the votes are by {names[0]} at the base and by {names[1]} here; "
            "`lensops eval --record --rejudge --base REF` asks both anew"
        )

    def _note_flip(self, base: CaseScore, head: CaseScore) -> None:
        """A case that crossed the threshold; beyond `FLIPS` of them they are only counted."""
        was_over, is_over = (meets(case.aggregate or 0.0, self.threshold) for case in (base, head))
        if was_over == is_over:
            return
        self.won += is_over
        self.lost += was_over
        if len(self.flips) < FLIPS:
            self.flips.append(Flip(head.id, base, head))


def compare(
    differences: ClusterTotals, identical: int, margin: float, confidence: float
) -> Comparison:
    """Non-inferiority of the head by the paired difference, clustered by group.

    The two-sided interval of the mean difference decides: pass when all of it is above −margin,
    fail when all of it is below, else inconclusive with the number of cases that would decide if
    difference and spread stay what they are. So a change that loses exactly the margin passes, and
    one that loses nothing fails, with a probability of at most (1 − confidence) / 2 (ICH E9,
    section 3.3.2; Piaggio et al., "Reporting of Noninferiority and Equivalence Randomized Trials",
    JAMA 308(24), 2012). Pairing and clustering follow Miller, "Adding Error Bars to Evals",
    arXiv 2411.00640, sections 2.2 and 4. `identical` counts the pairs whose outputs are equal.
    """
    mean = differences.mean()
    if mean is None:
        return Comparison(Outcome.INCONCLUSIVE, "no case has a score in both versions")
    if identical == mean.n:
        return Comparison(Outcome.PASS, "all outputs are identical", 0.0, (0.0, 0.0))
    interval = mean.interval(confidence)
    if interval is None:
        reason = "all cases are of one group, so nothing says how far chance reaches"
        return Comparison(Outcome.INCONCLUSIVE, reason, mean.value)
    return _decide(mean, interval, margin, confidence)


def _decide(
    mean: Mean, interval: tuple[float, float], margin: float, confidence: float
) -> Comparison:
    low, high = interval
    limit = format_limit(margin)
    if meets(low, -margin):
        reason = f"at most {format_score(-low)} is lost, within the margin {limit}"
        if low >= 0:
            reason = "nothing is lost"
        return Comparison(Outcome.PASS, reason, mean.value, interval)
    if not meets(high, -margin):
        reason = f"at least {format_score(-high)} is lost, more than the margin {limit}"
        return Comparison(Outcome.FAIL, reason, mean.value, interval)
    needed = mean.cases_needed(abs(mean.value + margin), confidence)
    reason = f"the interval holds the margin −{limit}"
    reason += f"; about {needed:,} cases would decide" if needed else "; no number would decide"
    return Comparison(Outcome.INCONCLUSIVE, reason, mean.value, interval, needed)
