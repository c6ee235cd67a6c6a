"""Student's t distribution: its quantile, without a statistics library at run time."""

from __future__ import annotations

import math
from functools import lru_cache

_TINY = 1e-300
_EPSILON = 1e-15


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
