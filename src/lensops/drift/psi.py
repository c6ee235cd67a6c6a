"""The kernel of drift: the population stability index of two vectors of shares."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Shares: TypeAlias = NDArray[np.float64]
Vector: TypeAlias = NDArray[np.int64]


def contributions(baseline: Shares, current: Shares) -> Shares:
    """What each cell adds to the PSI: (q - p) ln(q / p), never below 0.

    The shares are those of the same cells along the last axis and hold no 0.
    """
    added: Shares = (current - baseline) * np.log(current / baseline)
    return added


def psi(baseline: Shares, current: Shares) -> Shares:
    """The sum of the contributions: Jeffreys' divergence, in nats, over the last axis."""
    total: Shares = contributions(baseline, current).sum(axis=-1)
    return total


def clipped_shares(counts: Vector) -> Shares:
    """Shares of counts, none below 1e-6: the smoothing of the classic recipe."""
    shares: Shares = np.clip(counts / counts.sum(axis=-1, keepdims=True), 1e-6, None)
    return shares


def jeffreys_shares(counts: Vector) -> Shares:
    """Shares after half a row is added to every cell (Jeffreys' prior); they sum to 1."""
    raised = counts + 0.5
    shares: Shares = raised / raised.sum(axis=-1, keepdims=True)
    return shares
