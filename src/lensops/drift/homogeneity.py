"""The p-value of two count vectors: could both windows come from one population?"""

from __future__ import annotations

import numpy as np

from lensops.drift.chance import tail
from lensops.drift.psi import Shares, Vector

LEAST = 5.0  # the expected count below which chi-square is not trusted (Cochran 1954)
DRAWS = 9_999
MOST = 10**9  # rows that NumPy splits without replacement
SEED = 20_180_401  # fixed: the same counts give the same p-value


def p_value(baseline: Vector, current: Vector) -> float:
    """Chi-square over cells merged to an expected count of 5, or a permutation test.

    The test by permutation is for windows so small that merging would leave less than half of
    the cells. Both condition on the pooled counts, so the merging does not bend the level.
    """
    present = (baseline + current) > 0
    baseline, current = baseline[present], current[present]
    if baseline.size < 2 or not baseline.sum() or not current.sum():
        return 1.0
    merged = _merged(baseline, current)
    if merged.shape[1] < max(2, baseline.size / 2):
        return _permuted(baseline, current)
    return tail(statistic(merged[0], merged[1]), merged.shape[1] - 1)


def statistic(baseline: Vector, current: Vector) -> float:
    """Pearson's chi-square of a table of two rows, all of whose cells have a row."""
    return float(_statistics(baseline + current, current[None, :])[0])


def _statistics(pooled: Vector, current: Vector) -> Shares:
    """The statistic of many draws of the current row from the same pooled counts."""
    total, m = pooled.sum(), current[0].sum()
    n = total - m
    expected = pooled * (m / total)
    squares: Shares = ((current - expected) ** 2 / expected).sum(axis=1) * (total / n)
    return squares


def _merged(baseline: Vector, current: Vector) -> Vector:
    """Both rows with the rare cells, and one more where they are not enough, in one last cell."""
    pooled = baseline + current
    smaller = min(baseline.sum(), current.sum()) / pooled.sum()
    order = np.argsort(-pooled, kind="stable")
    both = np.stack([baseline[order], current[order]])
    keep = int((pooled * smaller >= LEAST).sum())
    if keep == pooled.size:
        return both
    if pooled[order[keep:]].sum() * smaller < LEAST:
        keep -= 1
    keep = max(keep, 0)
    rest = both[:, keep:].sum(axis=1, keepdims=True)
    return np.concatenate([both[:, :keep], rest], axis=1)


def _permuted(baseline: Vector, current: Vector) -> float:
    """The share of random splits of the pooled rows that differ as much, the split itself too.

    From 10^9 rows on, which NumPy does not split, rows are drawn with replacement: such draws vary
    more, so that the share is rather too large.
    """
    pooled, random = baseline + current, np.random.default_rng(SEED)
    total, drawn = int(pooled.sum()), int(current.sum())
    if total < MOST:
        draws = random.multivariate_hypergeometric(pooled, drawn, size=DRAWS, method="marginals")
    else:
        draws = random.multinomial(drawn, pooled / total, size=DRAWS)
    seen = statistic(baseline, current) * (1 - 1e-12)
    return float((1 + (_statistics(pooled, draws) >= seen).sum()) / (1 + DRAWS))


def adjusted(p_values: list[float]) -> list[float]:
    """q-values by Benjamini and Hochberg (1995): the false discovery rate of each p-value."""
    count = len(p_values)
    order = sorted(range(count), key=lambda at: -p_values[at])
    q_values, least = [1.0] * count, 1.0
    for rank, at in zip(range(count, 0, -1), order, strict=True):
        least = min(least, p_values[at] * count / rank)
        q_values[at] = least
    return q_values
