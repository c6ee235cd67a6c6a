"""Causes that change every value: an offset, another unit, another scale, a transform."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from lensops.drift.causes.case import (
    FEWEST_VALUES,
    ROWS,
    SAME,
    Case,
    Cause,
    Fit,
    change,
    fit_of,
    margin,
    number,
)
from lensops.drift.psi import Shares
from lensops.drift.shape import Shape

FEWEST = 3  # distinct values of something that can be shifted
FACTORS = 8  # and of something whose scale can be told
UNITS = (
    *(10.0**power for power in range(-9, 10) if power),
    *(60.0, 3600.0, 86_400.0, 24.0, 7.0, 12.0, 1440.0, 168.0, 2.0),
)  # and the inverse of each
RARE_UNITS = (
    *(1024.0, 1_048_576.0, 365.25, 2.54, 0.3048, 0.9144, 1.609344, 0.45359237, 28.349523125, 3.6),
)  # likewise
NEAR, VERY_NEAR = 0.1, 0.01  # a factor is taken for a unit that it differs from by less
SCALES = ((32.0, 1.8), (-32 / 1.8, 1 / 1.8), (273.15, 1.0), (-273.15, 1.0))  # °C, °F, K
TRANSFORMS: dict[str, Callable[[Shares], Shares]] = {
    "the natural logarithm of the former ones": np.log,
    "log(1 + x) of the former ones": np.log1p,
    "the decimal logarithm of the former ones": np.log10,
    "the binary logarithm of the former ones": np.log2,
    "the exponential of the former ones": np.exp,
    "the square root of the former ones": np.sqrt,
    "the cube root of the former ones": np.cbrt,
    "the square of the former ones": lambda x: np.where(x >= 0, x * x, np.nan),
    "the reciprocal of the former ones": lambda x: np.where(x > 0, 1 / x, np.nan),
}
OPPOSITE = "the former ones with the opposite sign"
LINE_EXPLAINED = 0.9  # of the shift: any change is a straight line from near enough
SURELY_SAME = 1e-9  # of the distance is left where the very same rows were changed
LINE_HANDICAP = 0.15  # of what chance explains, for the second figure that is fitted
Affine = tuple[float, float]


def offset(case: Case) -> Cause | None:
    """All values moved by one amount, as when every customer's recency grows by a day."""
    shapes = usable_shapes(case, FEWEST)
    if shapes is None:
        return None
    move = _simplest(shapes, ((amount, 1.0) for amount in _amounts(*shapes) if amount), 1)
    if move is None:
        return None
    (amount, _), fit = move
    return whole_cause("offset", f"shifted by about {_sign_text(amount)}", fit)


def scale(case: Case) -> Cause | None:
    """All values multiplied by one factor, as when a unit changes."""
    shapes = usable_shapes(case, FACTORS)
    if shapes is None:
        return None
    move = _simplest(shapes, ((0.0, factor) for factor in _factors(*shapes)), 1)
    if move is None:
        return None
    (_, factor), fit = move
    return whole_cause("scale", f"multiplied by about {factor:.6g}", fit)


def affine(case: Case) -> Cause | None:
    """A factor and an offset, as of another scale of temperatures, or another spread.

    Of values that lie evenly, any cut-out is an affine change of any other: there it is silent,
    unless the very same rows were changed.
    """
    shapes = usable_shapes(case, FACTORS)
    if shapes is None:
        return None
    temperature = _simplest(shapes, iter(SCALES), 0)
    move = temperature or _simplest(shapes, _lines(*shapes), 2)
    if move is None:
        return None
    (amount, factor), fit = move
    exact = fit.left <= SAME * fit.start
    if _lies_evenly(shapes[0]) and not temperature and fit.left > SURELY_SAME:
        return None
    median = shapes[0].quantiles[128]
    spread = abs(amount + factor * median - median) <= 0.02 * _width(shapes[0])
    if spread and not temperature:
        text = f"spread {factor:.3g} times as wide around {number(median)}"
    elif temperature or exact or fit.explains >= LINE_EXPLAINED:
        text = f"multiplied by about {factor:.4g}, then shifted by about {_sign_text(amount)}"
        text = text if temperature or exact else f"as if {text}"
    else:
        return None
    more = 0.0 if exact else LINE_HANDICAP * fit.tolerance
    return replace(whole_cause("scale", text, fit), left=fit.left + more)


def reflection(case: Case) -> Cause | None:
    """Values with the opposite sign, or subtracted from some number, as reversed answers are."""
    shapes = usable_shapes(case, FEWEST_VALUES)
    if shapes is None:
        return None
    ends = shapes[1].low + shapes[0].high
    sums = (0.0, 1.0, 100.0, *(_rounded(ends, digits) for digits in (1, 2, 3, 6)), ends)
    move = _simplest(shapes, ((amount, -1.0) for amount in sums), 0)
    if move is None:
        return None
    (amount, _), fit = move
    text = f"{number(amount)} minus the former ones" if amount else OPPOSITE
    return whole_cause("transform", f"the values look like {text}", fit)


def transform(case: Case) -> Cause | None:
    """Another function of the values: a logarithm, a root, the opposite sign."""
    shapes = usable_shapes(case, FACTORS)
    if shapes is None:
        return None
    fits = [
        (fit_of(*shapes, changed), name)
        for name, function in TRANSFORMS.items()
        if (changed := change(shapes[0], function))
    ]
    holding = [item for item in fits if item[0].holds]
    if not holding:
        return None
    fit, name = min(holding, key=lambda item: item[0].left)
    return whole_cause("transform", f"the values look like {name}", fit)


def usable_shapes(case: Case, fewest: int) -> tuple[Shape, Shape] | None:
    """Both shapes where there are rows and values enough to tell how they moved."""
    shapes = case.shapes
    if shapes is None or min(shape.rows for shape in shapes) < ROWS:
        return None
    return shapes if min(shape.distinct for shape in shapes) >= fewest else None


def whole_cause(kind: str, text: str, fit: Fit) -> Cause:
    """A cause that may be the whole one, with what it explains and what it leaves."""
    return Cause(kind, text, fit.explains, fit.left)


def _simplest(
    shapes: tuple[Shape, Shape], moves: Iterator[Affine], fitted: int
) -> tuple[Affine, Fit] | None:
    """Of the moves that hold, the first that chance cannot tell from the best."""
    fits: list[tuple[Affine, Fit]] = []
    for move in dict.fromkeys(moves):
        changed = change(shapes[0], lambda x, move=move: move[0] + move[1] * x)  # type: ignore[misc]  # bound at once
        if changed is not None:
            fits.append((move, fit_of(*shapes, changed, fitted)))
    holding = [item for item in fits if item[1].holds]
    if not holding:
        return None
    allowed = margin(min(fit.left for _, fit in holding), holding[0][1].tolerance)
    return next(item for item in holding if item[1].left <= allowed)


def _amounts(baseline: Shape, current: Shape) -> Iterator[float]:
    """Offsets to try, the shortest first: by the quantiles, and steps of whole numbers."""
    differences = np.asarray(current.quantiles) - np.asarray(baseline.quantiles)
    estimates = [float(np.median(differences)), float(differences[16:-16].mean())]
    if baseline.integral and current.integral:
        nearest = round(estimates[0])
        yield from (float(nearest + more) for more in (0, -1, 1, -2, 2, -3, 3))
        return
    for digits in (1, 2, 3, 4):
        yield from (_rounded(estimate, digits) for estimate in estimates)
    yield from estimates


def _factors(baseline: Shape, current: Shape) -> Iterator[float]:
    """Factors to try: units beside the ratio of the quantiles, then that ratio, shortest first."""
    ratios = _ratios(baseline, current)
    for ratio in ratios:
        yield from _units_near(UNITS, ratio, NEAR)
        yield from _units_near(RARE_UNITS, ratio, VERY_NEAR)
    around = np.geomspace(0.97, 1.03, 13)
    for digits in (1, 2, 3, 4):
        yield from (f for ratio in ratios if abs((f := _rounded(ratio, digits)) - 1) > 0.02)
    for ratio in ratios:
        yield from (float(f) for f in ratio * around if abs(f - 1) > 0.02)


def _units_near(units: Sequence[float], ratio: float, near: float) -> list[float]:
    """Units and their inverses beside a ratio, the nearest first."""
    both = {unit for item in units for unit in (item, 1 / item)}
    differences = {unit: abs(unit / ratio - 1) for unit in both}
    return sorted((u for u in both if differences[u] < near), key=lambda u: (differences[u], u))


def _ratios(baseline: Shape, current: Shape) -> list[float]:
    first, second = np.asarray(baseline.quantiles), np.asarray(current.quantiles)
    alike = first * second > 0
    if not alike.any():
        return []
    with np.errstate(over="ignore"):
        middle = float(np.median(second[alike] / first[alike]))
        inner = slice(16, -16)
        squares = float(first[inner] @ first[inner])
        slope = float(first[inner] @ second[inner]) / squares if squares else middle
    return [ratio for ratio in (middle, slope) if 0 < ratio < math.inf]


def _lines(baseline: Shape, current: Shape) -> Iterator[Affine]:
    """Straight lines through the quantiles of both windows, those of short numbers first."""
    first, second = (np.asarray(shape.quantiles)[8:-8] for shape in (baseline, current))
    centred = first - first.mean()
    squares = float(centred @ centred)
    if not squares:
        return
    slope = float(centred @ (second - second.mean())) / squares
    for digits in (2, 3, 6):
        factor = _rounded(slope, digits)
        if factor > 0 and abs(factor - 1) > 0.02:
            amount = float(np.median(second - factor * first))
            yield from ((_rounded(amount, short), factor) for short in (2, 3, 6))


def _lies_evenly(shape: Shape) -> bool:
    """Whether the values lie evenly between their ends."""
    quantiles = np.asarray(shape.quantiles)
    line = np.linspace(quantiles[0], quantiles[-1], quantiles.size)
    width = float(quantiles[-1] - quantiles[0])
    return bool(np.abs(quantiles - line).max() <= (0.02 + 2 / math.sqrt(shape.rows)) * width)


def _width(shape: Shape) -> float:
    return shape.quantiles[240] - shape.quantiles[16]


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def _sign_text(amount: float) -> str:
    return f"{amount:+.1f}" if 0.95 <= abs(amount) < 1e4 else f"{amount:+.3g}"
