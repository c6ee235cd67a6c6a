"""Noise: what chance alone makes of a PSI at a number of rows, and the interval of a PSI."""

from __future__ import annotations

import math

import numpy as np

from lensops.drift.binning import Pair
from lensops.drift.distributions import chi_square_ppf
from lensops.drift.psi import psi

DRAWS = 1_000
SEED = 20_180_402  # fixed: the same counts give the same interval


def expected_noise(degrees: int, n: int, m: int) -> float:
    """The PSI expected without any shift, of windows of n and m rows: degrees (1/n + 1/m).

    Without a shift PSI is about (1/n + 1/m) times chi-square with bins - 1 degrees of freedom.
    Source: B. Yurdakul, Statistical Properties of Population Stability Index (2018).
    """
    return degrees * (1 / n + 1 / m)


def noise_limit(degrees: int, n: int, m: int, confidence: float) -> float:
    """The PSI that windows without any shift stay below with this confidence."""
    return chi_square_ppf(confidence, degrees) * (1 / n + 1 / m) if degrees else 0.0


def rows_needed(degrees: int, band: float, n: int, confidence: float) -> int:
    """The rows that the current window needs so that chance stays below a band.

    `n` is the baseline's rows; where no current window would do, the rows that both need.
    """
    if not degrees:
        return 1
    allowed = band / chi_square_ppf(confidence, degrees)
    left = allowed - 1 / n
    equal = math.ceil(2 / allowed)
    return math.ceil(1 / left) if left > 0 and n > equal else equal


def psi_interval(pair: Pair, confidence: float) -> tuple[float, float]:
    """Bounds of the PSI between the two populations, by a multinomial bootstrap.

    A PSI of counts lies above that of the populations by what chance adds. The draws add it once
    more, so their mean shows how much it is, and it is taken off twice; bounds end at 0.
    """
    rng = np.random.default_rng(SEED)
    n, m = pair.sizes
    baseline = rng.multinomial(n, pair.baseline / n, size=DRAWS)
    current = rng.multinomial(m, pair.current / m, size=DRAWS)
    draws = psi(pair.smooth(baseline), pair.smooth(current))
    added = float(draws.mean()) - float(psi(*pair.shares))
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return max(float(low) - 2 * added, 0.0), max(float(high) - 2 * added, 0.0)
