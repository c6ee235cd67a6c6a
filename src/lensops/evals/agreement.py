"""How far scores agree with people: rank correlations, kappa, error rates with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lensops.evals.interval import TOLERANCE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `n`, with the exact interval of a share; NaN when `n` is 0."""

    hits: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.hits / self.n if self.n else math.nan


@dataclass(frozen=True, slots=True)
class Agreement:
    """Scores cut at a threshold against what people accept.

    `false_pass`: of the outputs that people reject, those that the threshold lets through.
    `false_fail`: of the outputs that people accept, those that it stops.
    """

    n: int
    kappa: float
    agreed: Rate
    false_pass: Rate
    false_fail: Rate


def agreement(scores: Floats, accepted: Bools, threshold: float, confidence: float) -> Agreement:
    """The agreement of `scores >= threshold` with `accepted`; both of shape (n,)."""
    passed = scores >= threshold - TOLERANCE
    right = int((passed & accepted).sum())
    stopped = int((~passed & ~accepted).sum())
    good, n = int(accepted.sum()), len(scores)
    bad = n - good
    return Agreement(
        n,
        kappa(right, bad - stopped, good - right, stopped),
        rate(right + stopped, n, confidence),
        rate(bad - stopped, bad, confidence),
        rate(good - right, good, confidence),
    )


def kappa(both_yes: int, only_first: int, only_second: int, neither: int) -> float:
    """Cohen's kappa of two yes-or-no judges; NaN when both always say the same one thing.

    Source: J. Cohen, A coefficient of agreement for nominal scales, 1960.
    """
    n = both_yes + only_first + only_second + neither
    if n == 0:
        return math.nan
    first, second = both_yes + only_first, both_yes + only_second
    by_chance = (first * second + (n - first) * (n - second)) / n**2
    return ((both_yes + neither) / n - by_chance) / (1 - by_chance) if by_chance < 1 else math.nan


def rate(hits: int, n: int, confidence: float) -> Rate:
    """A share with its exact (Clopper-Pearson) interval, two-sided.

    Source: C. Clopper and E. Pearson, The use of confidence or fiducial limits illustrated in the
    case of the binomial, 1934. The bounds are found by bisection of the binomial distribution.
    """
    if n == 0:
        return Rate(0, 0, math.nan, math.nan)
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else 1 - _upper(n - hits, n, tail)
    high = 1.0 if hits == n else _upper(hits, n, tail)
    return Rate(hits, n, low, high)


def _upper(hits: int, n: int, tail: float) -> float:
    """The share at which `hits` or fewer of `n` have the probability `tail`."""
    low, high = hits / n, 1.0
    for _ in range(60):  # halves of 1: past the precision of a float
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(hits, n, middle) > tail else (low, middle)
    return (low + high) / 2


def _at_most(hits: int, n: int, share: float) -> float:
    """P(X <= hits) for X ~ Binomial(n, share), 0 < share < 1."""
    yes, no, all_ways = math.log(share), math.log1p(-share), math.lgamma(n + 1)
    return math.fsum(
        math.exp(all_ways - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * yes + (n - k) * no)
        for k in range(hits + 1)
    )


def spearman(first: Floats, second: Floats) -> float:
    """Spearman's rank correlation, ties at their mean rank; NaN when one side is constant.

    Source: C. Spearman, The proof and measurement of association between two things, 1904.
    """
    return pearson(ranks(first), ranks(second))


def pearson(first: Floats, second: Floats) -> float:
    """The linear correlation of two vectors; NaN when one is constant."""
    a, b = first - first.mean(), second - second.mean()
    scale = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / scale if scale > 0 else math.nan


def ranks(values: Floats) -> Floats:
    """Ranks from 1, ties at their mean rank; shape (n,) as given."""
    import numpy as np

    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle: Floats = (ends - (counts - 1) / 2)[inverse]
    return middle


def kendall(first: Floats, second: Floats) -> float:
    """Kendall's tau-b, which allows for ties; NaN when one side is constant.

    Time grows with n squared, memory with n: ratings by people are few.
    Source: M. Kendall, The treatment of ties in ranking problems, 1945.
    """
    import numpy as np

    joint = tied_first = tied_second = 0.0
    for place in range(len(first) - 1):
        a = np.sign(first[place + 1 :] - first[place])
        b = np.sign(second[place + 1 :] - second[place])
        joint += float(a @ b)
        tied_first += int((a == 0).sum())
        tied_second += int((b == 0).sum())
    pairs = len(first) * (len(first) - 1) / 2
    scale = math.sqrt((pairs - tied_first) * (pairs - tied_second))
    return joint / scale if scale else math.nan
