"""Upper tails of the distributions that drift tests by: chi-square, gamma, weighted chi-squares."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from lensops.drift.psi import Shares

NEAR_MEAN = 0.05  # of a standard deviation: there the saddlepoint formula is 0 / 0
NEGLIGIBLE = 1e-9  # weights below this part of the largest one


def chi_square_sf(statistic: float, degrees: int) -> float:
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
def chi_square_ppf(probability: float, degrees: int) -> float:
    """The statistic that chi-square with `degrees` stays below with this probability."""
    low, high = 0.0, degrees + 40.0 * math.sqrt(degrees) + 40.0
    for _ in range(80):
        middle = (low + high) / 2
        above = chi_square_sf(middle, degrees) > 1 - probability
        low, high = (middle, high) if above else (low, middle)
    return (low + high) / 2


def gamma_sf(shape: float, x: float) -> float:
    """P(gamma of this shape and scale 1 ≥ x): a series below the mean, a fraction above it.

    Source: NIST DLMF 8.7.1 and 8.9.2, the fraction by Lentz' method.
    """
    if x <= 0:
        return 1.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    return 1 - front * _series(shape, x) if x < shape + 1 else front * _fraction(shape, x)


def _series(shape: float, x: float) -> float:
    term = total = 1 / shape
    step = shape
    while term > total * 1e-15:
        step += 1
        term *= x / step
        total += term
    return total


def _fraction(shape: float, x: float) -> float:
    b = x + 1 - shape
    c, d = 1e300, 1 / b
    value = d
    for step in range(1, 10_000):
        factor = -step * (step - shape)
        b += 2
        d = 1 / (factor * d + b)
        c = b + factor / c
        value *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return value


def weighted_chi_square_sf(statistic: float, weights: Shares) -> float:
    """P(Σ wᵢ Zᵢ² ≥ `statistic`) of independent standard normal Z, by the saddlepoint.

    Its relative error stays small however far out the statistic lies. Beside the mean, where the
    formula is 0 / 0, the gamma distribution of the same mean and variance takes its place.
    Source: D. Kuonen, Saddlepoint approximations for distributions of quadratic forms in normal
    variables, Biometrika 86 (1999), 929-935.
    """
    weights = weights[weights > weights.max(initial=0.0) * NEGLIGIBLE]
    if not weights.size or statistic <= 0:
        return 1.0
    x, scaled = statistic / weights.sum(), weights / weights.sum()
    variance = float(2 * (scaled**2).sum())
    if abs(x - 1) < NEAR_MEAN * math.sqrt(variance):
        return gamma_sf(2 / variance, 2 * x / variance)
    point = _saddlepoint(x, scaled)
    kernel = 1 - 2 * point * scaled
    cumulant = -0.5 * float(np.log(kernel).sum())
    curvature = 2 * float(((scaled / kernel) ** 2).sum())
    w = math.copysign(math.sqrt(max(2 * (point * x - cumulant), 1e-300)), point)
    v = point * math.sqrt(curvature)
    return 0.5 * math.erfc((w + math.log(v / w) / w) / math.sqrt(2))


def _saddlepoint(x: float, weights: Shares) -> float:
    """Where the slope of the cumulant function, Σ w / (1 - 2 s w), is x."""

    def slope(point: float) -> float:
        return float((weights / (1 - 2 * point * weights)).sum())

    high = (1 - 1e-13) / (2 * float(weights.max())) if x > 1 else 0.0
    low = 0.0 if x > 1 else -1.0
    while x <= 1 and slope(low) > x:
        low *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < x else (low, middle)
    return (low + high) / 2
