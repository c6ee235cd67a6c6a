"""Regression: is the head no worse than the base, on the same cases, by more than a margin?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lensops.evals.interval import Mean, clustered_mean
from lensops.evidence import Outcome
from lensops.format import format_limit, format_score


@dataclass(frozen=True, slots=True)
class Pair:
    """One case's scores in both arms. Identical outputs are identical by construction."""

    cluster: str
    base: float
    head: float
    identical: bool = False

    @property
    def difference(self) -> float:
        return 0.0 if self.identical else self.head - self.base


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the pairs say: head minus base in mean score, and whether that is acceptable."""

    outcome: Outcome
    reason: str
    difference: float | None = None
    interval: tuple[float, float] | None = None
    n_needed: int | None = None


def compare(pairs: Sequence[Pair], margin: float, confidence: float) -> Comparison:
    """Non-inferiority of the head by the paired difference, clustered by group.

    The two-sided interval of the mean difference decides: pass when all of it is above −margin,
    fail when all of it is below, else inconclusive with the number of cases that would decide if
    difference and spread stay what they are. So a change that loses exactly the margin passes, and
    one that loses nothing fails, with a probability of at most (1 − confidence) / 2 (ICH E9,
    section 3.3.2; Piaggio et al., "Reporting of Noninferiority and Equivalence Randomized Trials",
    JAMA 308(24), 2012). Pairing and clustering follow Miller, "Adding Error Bars to Evals",
    arXiv 2411.00640, sections 2.2 and 4.
    """
    if not pairs:
        return Comparison(Outcome.INCONCLUSIVE, "no case has a score in both versions")
    if all(pair.identical for pair in pairs):
        return Comparison(Outcome.PASS, "all outputs are identical", 0.0, (0.0, 0.0))
    mean = clustered_mean([p.difference for p in pairs], [p.cluster for p in pairs])
    interval = mean.interval(confidence)
    if interval is None:
        reason = "all cases are of one group, so nothing says how far chance reaches"
        return Comparison(Outcome.INCONCLUSIVE, reason, mean.value)
    return _decided(mean, interval, margin, confidence)


def _decided(
    mean: Mean, interval: tuple[float, float], margin: float, confidence: float
) -> Comparison:
    low, high = interval
    limit = format_limit(margin)
    if low > -margin:
        reason = f"at most {format_score(-low)} is lost, less than the margin {limit}"
        if low >= 0:
            reason = "nothing is lost"
        return Comparison(Outcome.PASS, reason, mean.value, interval)
    if high < -margin:
        reason = f"at least {format_score(-high)} is lost, more than the margin {limit}"
        return Comparison(Outcome.FAIL, reason, mean.value, interval)
    needed = mean.needed(abs(mean.value + margin), confidence)
    reason = f"the interval holds the margin −{limit}"
    reason += f"; about {needed:,} cases would decide" if needed else "; no number would decide"
    return Comparison(Outcome.INCONCLUSIVE, reason, mean.value, interval, needed)
