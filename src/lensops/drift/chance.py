"""Chance: the chi-square distribution, and what PSI comes of it at a number of rows."""

from __future__ import annotations

import math
from functools import lru_cache


def tail(statistic: float, degrees: int) -> float:
    """P(chi-square with `degrees` ≥ `statistic`), the regularised upper gamma function.

    Q(a, x) with a = degrees / 2 and x = statistic / 2, summed from Q(1/2, x) = erfc(√x) or
    Q(1, x) = e^-x by Q(a + 1, x) = Q(a, x) + x^a e^-x / Γ(a + 1); every term is positive.
    Source: NIST DLMF 8.8.6 and 8.4.
    """
    x, odd = statistic / 2, degrees % 2
    if degrees < 1 or x <= 0:
        return 1.0
    a = 0.5 if odd else 1.0
    total = math.erfc(math.sqrt(x)) if odd else math.exp(-x)
    while a < degrees / 2:
        total += math.exp(a * math.log(x) - x - math.lgamma(a + 1))
        a += 1
    return min(total, 1.0)


@lru_cache(maxsize=512)
def quantile(probability: float, degrees: int) -> float:
    """The statistic that chi-square with `degrees` stays below with this probability."""
    low, high = 0.0, degrees + 40.0 * math.sqrt(degrees) + 40.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle, degrees) > 1 - probability else (low, middle)
    return (low + high) / 2


def noise(degrees: int, n: int, m: int) -> float:
    """The PSI expected without any shift, of windows of n and m rows: degrees (1/n + 1/m).

    Without a shift PSI is about (1/n + 1/m) times chi-square with cells - 1 degrees of freedom.
    Source: B. Yurdakul, Statistical Properties of Population Stability Index (2018).
    """
    return degrees * (1 / n + 1 / m)


def noise_limit(degrees: int, n: int, m: int, confidence: float) -> float:
    """The PSI that windows without any shift stay below with this confidence."""
    return quantile(confidence, degrees) * (1 / n + 1 / m) if degrees else 0.0


def rows_needed(degrees: int, band: float, n: int, confidence: float) -> int:
    """The rows that the current window needs so that chance stays below a band.

    `n` is the baseline's rows; where no current window would do, the rows that both need.
    """
    if not degrees:
        return 1
    allowed = band / quantile(confidence, degrees)
    left = allowed - 1 / n
    both = math.ceil(2 / allowed)
    return math.ceil(1 / left) if left > 0 and n > both else both
