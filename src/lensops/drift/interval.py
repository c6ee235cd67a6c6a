"""The interval of a PSI: both count vectors drawn anew, chance taken off."""

from __future__ import annotations

import numpy as np

from lensops.drift.layout import Pair
from lensops.drift.psi import psi

DRAWS = 1_000
SEED = 20_180_402  # fixed: the same counts give the same interval


def interval(pair: Pair, confidence: float) -> tuple[float, float]:
    """Bounds of the PSI between the two populations, by a multinomial bootstrap.

    A PSI of counts lies above that of the populations by what chance adds. The draws add it once
    more, so their mean shows how much it is, and it is taken off twice; bounds end at 0.
    """
    rng = np.random.default_rng(SEED)
    n, m = pair.sizes
    before = rng.multinomial(n, pair.baseline / n, size=DRAWS)
    after = rng.multinomial(m, pair.current / m, size=DRAWS)
    draws = psi(pair.smooth(before), pair.smooth(after))
    added = float(draws.mean()) - float(psi(*pair.shares))
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return max(float(low) - 2 * added, 0.0), max(float(high) - 2 * added, 0.0)
