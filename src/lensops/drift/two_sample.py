"""Could both windows come from one population? Tests under which their rows are exchangeable.

Each test conditions on the pooled counts: what is merged, weighed or drawn follows from the sum of
both windows alone, never from one of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from lensops.drift.distributions import chi_square_sf, gamma_sf, weighted_chi_square_sf
from lensops.drift.psi import Shares, Vector

EXPECTED = 5.0  # rows in a cell of the smaller window from which chi-square is trusted (Cochran)
RARE = 1.0  # rows below which cells of equal pooled counts are tested together
FEW = 8  # ordered cells below which each of them decides over the distribution
DRAWS = (999, 9_999)  # a first look, and a second one where it showed few as extreme
WORK = 1_000_000  # counts that are drawn for one p-value: of many cells there are fewer draws
FEWEST_DRAWS = 199
EXTREME = 20  # draws as extreme as the data from which their share is trusted
EXACT = 20_000  # splits of two cells that are summed up
MOST_ROWS = 10**9  # rows that NumPy splits without replacement
SEED = 20_180_401  # fixed: the same counts give the same p-value
Statistic = Callable[[Vector], Shares]  # of many draws of the current counts, along the last axis


def table_p_value(baseline: Vector, current: Vector) -> float:
    """Pearson's chi-square of unordered cells: asymptotic, exact, or by permutation.

    Cells with less than one row expected in the smaller window are joined with all others of the
    same pooled count: so many rare values still show values of one window alone.
    """
    baseline, current = _join_rare(*_occupied_cells(baseline, current))
    if baseline.size < 2 or not baseline.sum() or not current.sum():
        return 1.0
    pooled, drawn = baseline + current, int(current.sum())
    statistic = _pearson(pooled, drawn)
    observed = float(statistic(current))
    if _expected_rows(pooled, drawn).min() >= EXPECTED:
        return chi_square_sf(observed, pooled.size - 1)
    if pooled.size == 2 and int(pooled.min()) <= EXACT:
        return _exact(pooled, drawn, observed)
    return _permutation_p_value(pooled, drawn, statistic, observed)


def ordered_p_value(baseline: Vector, current: Vector) -> float:
    """Anderson and Darling's two-sample statistic over ordered cells, ties as midranks.

    Over the thresholds between cells, the sum of h z², z the standardised difference below the
    threshold and h the pooled share around it. The z of a random split are normal with the
    correlations of their pooled shares, from which the distribution of the sum follows.
    Sources: A. N. Pettitt, Biometrika 63 (1976), 161-168; F. W. Scholz and M. A. Stephens, Journal
    of the American Statistical Association 82 (1987), 918-924.
    """
    baseline, current = _occupied_cells(baseline, current)
    if baseline.size < 3 or not baseline.sum() or not current.sum():
        return table_p_value(baseline, current)
    pooled, drawn = baseline + current, int(current.sum())
    below = np.cumsum(pooled)[:-1].astype(np.float64)
    around = pooled[:-1] + pooled[1:]
    weights: Shares = around / int(around.sum())
    statistic = _anderson_darling(below, int(pooled.sum()), drawn, weights)
    observed = float(statistic(current))
    if _discrete(_expected_rows(pooled, drawn)):
        return _permutation_p_value(pooled, drawn, statistic, observed)
    odds = np.sqrt(below / (pooled.sum() - below))
    correlation = np.minimum.outer(odds, odds) / np.maximum.outer(odds, odds)
    root = np.sqrt(weights)
    eigenvalues = np.linalg.eigvalsh(correlation * root[:, None] * root[None, :])
    return weighted_chi_square_sf(observed, eigenvalues)


def ends_p_value(baseline: Vector, current: Vector) -> float:
    """Rosenbaum's exceedance test at both ends of ordered bins, the outer ones of which begin where
    the baseline's values end.

    If rows could be exchanged, the t outermost of all n + m are current ones with probability
    m (m - 1) … / ((n + m) (n + m - 1) …). A baseline with rows out there was not read whole: 1.
    Source: S. Rosenbaum, Annals of Mathematical Statistics 25 (1954), 146-150.
    """
    n, m = int(baseline.sum()), int(current.sum())
    ends = [int(current[end]) for end in (0, -1) if not baseline[end]]
    logs = [_log_choose(m, t) - _log_choose(n + m, t) for t in ends if t]
    return min(1.0, 2 * math.exp(min(logs, default=0.0)))


def combine_weighted(p_values: list[tuple[float, float]]) -> float:
    """One p-value of several tests of one null hypothesis, each with its weight.

    Bonferroni's, weighted: the smallest p over its part of the weights. Source: C. R. Genovese,
    K. Roeder and L. Wasserman, Biometrika 93 (2006), 509-524.
    """
    total = sum(weight for _, weight in p_values)
    return min((1.0, *(p * total / weight for p, weight in p_values)))


def benjamini_hochberg(p_values: list[float]) -> list[float]:
    """q-values by Benjamini and Hochberg (1995): the false discovery rate of each p-value."""
    count = len(p_values)
    descending = sorted(range(count), key=lambda index: -p_values[index])
    q_values, smallest = [1.0] * count, 1.0
    for rank, index in zip(range(count, 0, -1), descending, strict=True):
        smallest = min(smallest, p_values[index] * count / rank)
        q_values[index] = smallest
    return q_values


def _occupied_cells(baseline: Vector, current: Vector) -> tuple[Vector, Vector]:
    present = (baseline + current) > 0
    return baseline[present], current[present]


def _expected_rows(pooled: Vector, drawn: int) -> Shares:
    """Rows of each cell in the smaller window, if both were of one population."""
    total = int(pooled.sum())
    share = min(drawn, total - drawn) / total
    expected: Shares = pooled.astype(np.float64) * share
    return expected


def _join_rare(baseline: Vector, current: Vector) -> tuple[Vector, Vector]:
    """The cells, those of too few rows joined by their pooled count."""
    pooled = baseline + current
    rare = _expected_rows(pooled, int(current.sum())) < RARE if pooled.size else pooled > 0
    if rare.sum() < 2:
        return baseline, current
    _, group = np.unique(pooled[rare], return_inverse=True)
    sides = []
    for side in (baseline, current):
        joined = np.zeros(group.max() + 1, dtype=np.int64)
        np.add.at(joined, group, side[rare])
        sides.append(np.concatenate([side[~rare], joined]))
    return sides[0], sides[1]


def _discrete(expected: Shares) -> bool:
    """Whether a few counts, small ones, decide over an ordered statistic's distribution."""
    elsewhere = expected.sum() - expected.max()
    return bool(elsewhere < 2 * EXPECTED or (expected.size <= FEW and expected.min() < EXPECTED))


def _pearson(pooled: Vector, drawn: int) -> Statistic:
    total = int(pooled.sum())
    expected = pooled * (drawn / total)

    def statistic(current: Vector) -> Shares:
        squares: Shares = ((current - expected) ** 2 / expected).sum(axis=-1)
        return squares * (total / (total - drawn))

    return statistic


def _anderson_darling(below: Shares, total: int, drawn: int, weights: Shares) -> Statistic:
    variance = drawn * (total - drawn) / (total**2 * (total - 1.0)) * below * (total - below)
    scale, mean = weights / variance, below * (drawn / total)

    def statistic(current: Vector) -> Shares:
        difference = np.cumsum(current, axis=-1)[..., :-1] - mean
        squares: Shares = (difference**2 * scale).sum(axis=-1)
        return squares

    return statistic


def _exact(pooled: Vector, drawn: int, observed: float) -> float:
    """The share of all splits of two cells that differ as much (Fisher's, by the statistic)."""
    smaller, total = int(pooled.min()), int(pooled.sum())
    counts = range(max(0, smaller + drawn - total), min(smaller, drawn) + 1)
    lines = [
        _log_choose(smaller, count)
        + _log_choose(total - smaller, drawn - count)
        - _log_choose(total, drawn)
        for count in counts
    ]
    first = np.array([*counts], dtype=np.int64)
    splits = np.stack([first, drawn - first], axis=-1)
    ordered = np.array([smaller, total - smaller])
    extreme = _pearson(ordered, drawn)(splits) >= observed * (1 - 1e-9)
    return float(min(np.exp(np.array(lines))[extreme].sum(), 1.0))


def _log_choose(count: int, chosen: int) -> float:
    return math.lgamma(count + 1) - math.lgamma(chosen + 1) - math.lgamma(count - chosen + 1)


def _permutation_p_value(
    pooled: Vector, drawn: int, statistic: Statistic, observed: float
) -> float:
    """The share of random splits of the pooled rows that differ as much, the split itself too.

    Where hardly a draw does, the tail is that of the gamma distribution with the draws' mean,
    variance and skewness (Pearson's type III; P. W. Mielke and K. J. Berry, Permutation Methods).
    """
    random, values = np.random.default_rng(SEED), np.empty(0)
    for draws in DRAWS:
        allowed = min(draws, max(FEWEST_DRAWS, WORK // pooled.size) - values.size)
        if allowed <= 0:
            break
        splits = _splits(random, pooled, drawn, allowed)
        values = np.concatenate([values, statistic(splits)])
        extreme = int((values >= observed * (1 - 1e-9)).sum())
        if extreme >= EXTREME:
            break
    share = (1 + extreme) / (1 + values.size)
    return share if extreme >= EXTREME else min(share, _tail(values, observed))


def _splits(random: np.random.Generator, pooled: Vector, drawn: int, draws: int) -> Vector:
    """Random current counts. From 10^9 rows on they are drawn with replacement, and vary more."""
    total = int(pooled.sum())
    if total < MOST_ROWS:
        return random.multivariate_hypergeometric(pooled, drawn, size=draws, method="marginals")
    return random.multinomial(drawn, pooled / total, size=draws)


def _tail(values: Shares, observed: float) -> float:
    mean, deviation = float(values.mean()), float(values.std())
    if not deviation:
        return 1.0
    skewness = max(float((((values - mean) / deviation) ** 3).mean()), 0.05)
    shape = 4 / skewness**2
    return gamma_sf(shape, shape + (observed - mean) / deviation * math.sqrt(shape))
