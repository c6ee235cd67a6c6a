"""The shape of a number: evenly taken values in fine cells, from which causes are named."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lensops.drift.psi import Shares, Vector

LEVELS = 128  # a feature with no more distinct values than this has a fine cell for each
AT = np.linspace(0.05, 0.95, 19)
APART = 1e-6  # of the spread: nearer values are no steps of a discrete feature
PERCENTS = np.linspace(0, 1, 51)
GUARDS = 24  # cells beyond each end of the baseline, of equal width
DOUBLINGS = 12  # and cells beyond these, each twice as wide as the one before
HUGE = 1e150  # values beyond it, or nearer than its inverse, overflow in what is made of them
COMMON = 0.01  # the share from which a single value is remembered


@dataclass(frozen=True, slots=True)
class Shape:
    """Counts in fine cells: below `edges[0]`, from each edge to the next, from the last one on.

    `step` is the distance of neighbouring values of a discrete feature. `common` holds the
    commonest single values and their shares, `quantiles` the values at `AT`.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    step: float | None
    common: tuple[tuple[float, float], ...]
    quantiles: tuple[float, ...]
    low: float
    high: float

    @property
    def rows(self) -> int:
        return sum(self.counts)

    def share(self, value: float) -> float:
        """The share of a single value, 0 when it is below a hundredth."""
        return dict(self.common).get(value, 0.0)

    def cumulated(self) -> Shares:
        """The share of rows below each edge."""
        below: Shares = np.cumsum(self.counts)[:-1] / max(self.rows, 1)
        return below


def shape_of(sample: Shares) -> Shape | None:
    """The shape of a baseline's finite values; None when there are none, or no usual ones."""
    if not sample.size or np.abs(sample).max() > HUGE or 0 < np.ptp(sample) < 1 / HUGE:
        return None
    levels = np.unique(sample)
    least = float(np.diff(levels).min(initial=np.inf))
    discrete = 1 < levels.size <= LEVELS and least > np.ptp(sample) * APART
    step = least if discrete else None
    inner = levels if discrete else np.unique(np.quantile(sample, PERCENTS))
    edges = _guarded(inner, step)
    return _counted(sample, edges, step)


def same_cells(baseline: Shape, sample: Shares) -> Shape | None:
    """The shape of other values in the cells of a baseline; None when there are none."""
    if not sample.size or np.abs(sample).max() > HUGE:
        return None
    return _counted(sample, np.asarray(baseline.edges), baseline.step)


def _counted(sample: Shares, edges: Shares, step: float | None) -> Shape:
    at: Vector = np.searchsorted(edges, sample, side="right").astype(np.int64)
    counts = np.bincount(at, minlength=edges.size + 1)
    values, times = np.unique(sample, return_counts=True)
    order = [int(i) for i in np.argsort(-times, kind="stable")[:10]]
    shares = [(float(values[i]), float(times[i] / sample.size)) for i in order]
    return Shape(
        edges=tuple(float(edge) for edge in edges),
        counts=tuple(int(count) for count in counts),
        step=step,
        common=tuple((value, share) for value, share in shares if share >= COMMON),
        quantiles=tuple(float(value) for value in np.quantile(sample, AT)),
        low=float(values[0]),
        high=float(values[-1]),
    )


def _guarded(inner: Shares, step: float | None) -> Shares:
    """The edges with cells beyond both ends, so that a move out of the range keeps its shape."""
    low, high = float(inner[0]), float(inner[-1])
    width = step or (high - low) / GUARDS or max(abs(high), 1.0)
    near = width * np.arange(1, GUARDS + 1)
    beyond = np.concatenate([near, near[-1] * 2.0 ** np.arange(1, DOUBLINGS + 1)])
    edges: Shares = np.unique(np.concatenate([low - beyond, inner, high + beyond]))
    return edges
