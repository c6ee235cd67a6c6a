"""A move of all values, x to a + b x: a constant offset, another unit, another spread."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lensops.drift.causes.cause import Case, Cause, number
from lensops.drift.psi import Shares
from lensops.drift.shape import Shape

EXPLAINED = 0.8  # of the distance between the shapes, chance taken off
SIGMAS = 3.0  # how far the distance must lie above chance
SAME = 0.02  # a move that leaves no more of the distance than this moved the very same rows
UNIT = 0.05  # how near the quantiles must bring a power of ten
ROWS = 20


@dataclass(frozen=True, slots=True)
class Distance:
    """How far two shapes are apart: the sum of (p - q)² / (p + q), and what chance makes of it."""

    value: float
    chance: float
    spread: float


def offset(case: Case) -> Cause | None:
    """All values moved by one amount, as when every customer's recency grows by a day."""
    if case.baseline is None or case.current is None:
        return None
    base, current = case.baseline, case.current
    moves = [(amount, 1.0) for amount in _amounts(base, current) if amount]
    move = _best(base, current, moves)
    if move is None:
        return None
    return Cause("offset", f"shifted by about {_signed(move[0])}", whole=True)


def scale(case: Case) -> Cause | None:
    """All values multiplied by one factor, as when a unit changes, or spread out."""
    if case.baseline is None or case.current is None:
        return None
    base, current = case.baseline, case.current
    if move := _best(base, current, [(0.0, factor) for factor in _factors(base, current)]):
        return Cause("scale", f"multiplied by about {move[1]:.3g}", whole=True)
    move = _best(base, current, _spreads(base, current))
    if move is None:
        return None
    centre = number(base.quantiles[len(base.quantiles) // 2])
    words = f"spread {move[1]:.3g} times as wide around {centre}"
    return Cause("scale", words, whole=True)


def distance(base: Shares, current: Shares, rows: tuple[int, int]) -> Distance:
    """The distance of shares in the same cells, and its mean and deviation by chance."""
    both = base + current
    used = both > 0
    value = float((((base - current) ** 2)[used] / both[used]).sum())
    unit = (1 / rows[0] + 1 / rows[1]) / 2
    cells = max(int(used.sum()) - 1, 1)
    return Distance(value, cells * unit, float(np.sqrt(2 * cells)) * unit)


def _best(
    base: Shape, current: Shape, moves: list[tuple[float, float]]
) -> tuple[float, float] | None:
    """The move (a, b) that brings the baseline nearest to the current window, if near enough."""
    rows = (base.rows, current.rows)
    now = np.asarray(current.counts) / current.rows
    before = distance(np.asarray(base.counts) / base.rows, now, rows)
    if not moves or min(rows) < ROWS:
        return None
    left = [distance(_moved(base, move), now, rows) for move in moves]
    at = min(range(len(moves)), key=lambda index: left[index].value)
    return moves[at] if _explains(before, left[at]) else None


def _explains(before: Distance, left: Distance) -> bool:
    if left.value <= SAME * before.value and before.value > 0:
        return True
    above = before.value - before.chance
    rest = max(left.value - left.chance, 0.0)
    return above > SIGMAS * before.spread and rest <= (1 - EXPLAINED) * above


def _moved(base: Shape, move: tuple[float, float]) -> Shares:
    """The baseline's shares in its own cells after the move x → a + b x, b above 0."""
    edges = np.asarray(base.edges)
    below = np.interp((edges - move[0]) / move[1], edges, base.cumulated(), left=0.0, right=1.0)
    return np.diff(np.concatenate([[0.0], below, [1.0]]))


def _amounts(base: Shape, current: Shape) -> list[float]:
    """Offsets to try: by the quantiles, and for discrete values the steps around these."""
    differences = np.asarray(current.quantiles) - np.asarray(base.quantiles)
    found = [float(np.median(differences)), float(differences.mean())]
    if base.step is None:
        return found
    nearest = round(found[0] / base.step)
    return [(nearest + more) * base.step for more in (0, -1, 1, -2, 2, -3, 3)]


def _factors(base: Shape, current: Shape) -> list[float]:
    """Factors to try, the likeliest first: by the quantiles, or the power of ten beside them."""
    before, after = np.asarray(base.quantiles), np.asarray(current.quantiles)
    alike = before * after > 0
    if not alike.any():
        return []
    with np.errstate(over="ignore"):
        middle = float(np.median(after[alike] / before[alike]))
    if not 0 < middle < math.inf:
        return []
    ten = 10.0 ** round(math.log10(middle))
    near = sorted(
        middle * np.geomspace(0.5, 2, 61), key=lambda factor: abs(math.log(factor / middle))
    )
    tried = [ten, *near] if abs(ten / middle - 1) < UNIT else near
    return [float(factor) for factor in tried if abs(factor - 1) > 0.02]


def _spreads(base: Shape, current: Shape) -> list[tuple[float, float]]:
    """Straight lines through the quantiles of both windows, that of least squares and near it."""
    before, after = np.asarray(base.quantiles), np.asarray(current.quantiles)
    around, moved = before - before.mean(), after - after.mean()
    squares = float(around @ around)
    if not squares:
        return []
    slope = float(around @ moved) / squares
    middles = float(np.median(before)), float(np.median(after))
    slopes = [slope * factor for factor in np.linspace(0.8, 1.25, 19)]
    return [(middles[1] - b * middles[0], b) for b in slopes if b > 0 and abs(b - 1) > 0.02]


def _signed(amount: float) -> str:
    return f"{amount:+.1f}" if abs(amount) >= 0.95 and abs(amount) < 1e4 else f"{amount:+.3g}"
