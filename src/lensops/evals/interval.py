"""Statistics of scores: means of cases in groups, their t intervals, comparison with limits."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

TOLERANCE = 1e-9  # sums of floats are not exact: a figure this little below a limit is at it
_TINY = 1e-300
_EPSILON = 1e-15


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean, its standard error by clusters, and how many of both there are.

    `error` is None for a single cluster: nothing says then how much clusters differ.
    """

    value: float
    error: float | None
    n: int
    clusters: int

    def interval(self, confidence: float) -> tuple[float, float] | None:
        """The t interval with clusters − 1 degrees of freedom."""
        if self.error is None:
            return None
        half = t_quantile(confidence, self.clusters - 1) * self.error
        return self.value - half, self.value + half

    def cases_needed(self, gap: float, confidence: float) -> int | None:
        """How many cases, in clusters like these, make the interval's half width `gap`.

        The error is taken to fall with the root of the number of clusters. None where no number
        is known to.
        """
        if self.error is None or gap <= 0:
            return None
        low, high = 1, 2
        while not self._suffices(high, gap, confidence):
            low, high = high, 2 * high
            if high > 1 << 40:
                return None
        while high - low > 1:
            middle = (low + high) // 2
            is_enough = self._suffices(middle, gap, confidence)
            low, high = (low, middle) if is_enough else (middle, high)
        return math.ceil(high * self.n / self.clusters)

    def _suffices(self, clusters: int, gap: float, confidence: float) -> bool:
        error = (self.error or 0.0) * math.sqrt(self.clusters / clusters)
        return t_quantile(confidence, clusters - 1) * error <= gap


class ClusterTotals:
    """Values one after the other, with what their mean and its error need: no object a value.

    Values without a group are clusters of their own.
    """

    def __init__(self) -> None:
        self._single = array("d")
        self._sums: dict[str, float] = {}
        self._sizes: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._single) + sum(self._sizes.values())

    def add(self, value: float, group: str | None) -> None:
        """Take a value in."""
        if group is None:
            self._single.append(value)
        else:
            self._sums[group] = self._sums.get(group, 0.0) + value
            self._sizes[group] = self._sizes.get(group, 0) + 1

    def mean(self) -> Mean | None:
        """The mean with its cluster-robust standard error; None of no value.

        The variance is C/(C−1) · Σ_c (Σ_{i in c} (x_i − mean))² / n², with C clusters and n values:
        the sandwich estimate of a regression on a constant (Cameron and Miller, "A Practitioner's
        Guide to Cluster-Robust Inference", J. Human Resources 50(2), 2015, equations 11 and 12).
        With every value a cluster of its own it is the usual s²/n.
        """
        n, count = len(self), len(self._single) + len(self._sums)
        if not n:
            return None
        mean = (math.fsum(self._single) + math.fsum(self._sums.values())) / n
        if count < 2:
            return Mean(mean, None, n, count)
        squares = math.fsum((value - mean) ** 2 for value in self._single)
        squares += math.fsum(
            (total - self._sizes[group] * mean) ** 2 for group, total in self._sums.items()
        )
        return Mean(mean, math.sqrt(squares * count / (count - 1)) / n, n, count)


def clustered_mean(values: Sequence[float], clusters: Sequence[str]) -> Mean:
    """The mean of at least one value, with its cluster-robust standard error."""
    totals = ClusterTotals()
    for value, cluster in zip(values, clusters, strict=True):
        totals.add(value, cluster)
    mean = totals.mean()
    if mean is None:
        raise ValueError("no values")
    return mean


@lru_cache(maxsize=4096)
def t_quantile(confidence: float, freedom: int) -> float:
    """The t with `confidence` of the distribution between −t and t; `freedom` is at least 1.

    Bisection on the two-sided tail, which is the regularised incomplete beta function at
    freedom / (freedom + t²) (Abramowitz and Stegun 1964, 26.7.1).
    """
    tail = 1 - confidence
    low, high = 0.0, 1.0
    while _tail(high, freedom) > tail:
        low, high = high, 2 * high
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _tail(middle, freedom) > tail else (low, middle)
    return (low + high) / 2


def _tail(t: float, freedom: int) -> float:
    """The probability of a value further from zero than t."""
    return _beta(freedom / (freedom + t * t), freedom / 2, 0.5)


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # beyond it the fraction of the mirrored one converges faster
        return 1 - _beta(1 - x, b, a)
    log_front = a * math.log(x) + b * math.log1p(-x)
    log_front += math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(log_front) / (a * _fraction(x, a, b))


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of DLMF 8.17.22, from the front by Lentz's method."""
    value, c, d = 1.0, 1.0, 0.0
    for step in range(1, 1000):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / ((1 + term * d) or _TINY)
        c = (1 + term / c) or _TINY
        value *= c * d
        if abs(c * d - 1) < _EPSILON:
            break
    return value


def meets(value: float, limit: float) -> bool:
    """Whether a figure reaches a limit."""
    return value >= limit - TOLERANCE
