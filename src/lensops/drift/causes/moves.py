"""Causes that change every value: an offset, another unit, another scale, a transform."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from lensops.drift.causes.case import (
    ROWS,
    Case,
    Cause,
    Fit,
    change,
    fit_of,
    number,
)
from lensops.drift.psi import Shares
from lensops.drift.shape import Shape

FEWEST = 3  # distinct values of something that can be shifted
FACTORS = 8  # and of something whose scale can be told
UNITS = (
    *(10.0**power for power in range(-9, 10) if power),
    *(60.0, 3600.0, 86_400.0, 24.0, 7.0, 12.0, 365.25, 1440.0, 168.0, 2.0, 0.5),
    *(1024.0, 1_048_576.0, 2.54, 0.3048, 0.9144, 1.609344, 0.45359237, 28.349523125, 3.6),
)  # and the inverse of each
SCALES = ((32.0, 1.8), (-32 / 1.8, 1 / 1.8), (273.15, 1.0), (-273.15, 1.0))  # °C, °F, K
TRANSFORMS: dict[str, Callable[[Shares], Shares]] = {
    "the natural logarithm of the former ones": np.log,
    "log(1 + x) of the former ones": np.log1p,
    "the decimal logarithm of the former ones": np.log10,
    "the exponential of the former ones": np.exp,
    "the square root of the former ones": np.sqrt,
    "the square of the former ones": lambda x: np.where(x >= 0, x * x, np.nan),
    "the former ones with the opposite sign": np.negative,
    "the reciprocal of the former ones": lambda x: np.where(x > 0, 1 / x, np.nan),
}
Affine = tuple[float, float]


def offset(case: Case) -> Cause | None:
    """All values moved by one amount, as when every customer's recency grows by a day."""
    shapes = usable_shapes(case, FEWEST)
    if shapes is None:
        return None
    move = _simplest(shapes, ((amount, 1.0) for amount in _amounts(*shapes) if amount))
    if move is None:
        return None
    (amount, _), fit = move
    return whole_cause("offset", f"shifted by about {_sign_text(amount)}", fit)


def scale(case: Case) -> Cause | None:
    """All values multiplied by one factor, as when a unit changes."""
    shapes = usable_shapes(case, FACTORS)
    if shapes is None:
        return None
    move = _simplest(shapes, ((0.0, factor) for factor in _factors(*shapes)))
    if move is None:
        return None
    (_, factor), fit = move
    return whole_cause("scale", f"multiplied by about {factor:.6g}", fit)


def affine(case: Case) -> Cause | None:
    """A factor and an offset, as of another scale of temperatures, or another spread.

    Of values that lie evenly, any cut-out is an affine change of any other: there it is silent.
    """
    shapes = usable_shapes(case, FACTORS)
    if shapes is None:
        return None
    temperature = _simplest(shapes, iter(SCALES))
    even = _lies_evenly(shapes[0])
    move = temperature or (None if even else _simplest(shapes, _lines(*shapes)))
    if move is None:
        return None
    (amount, factor), fit = move
    median = shapes[0].quantiles[128]
    spread = abs(amount + factor * median - median) <= 0.02 * _width(shapes[0])
    text = f"multiplied by about {factor:.4g}, then shifted by about {_sign_text(amount)}"
    if spread and not temperature:
        text = f"spread {factor:.3g} times as wide around {number(median)}"
    return whole_cause("scale", text, fit)


def transform(case: Case) -> Cause | None:
    """Another function of the values: a logarithm, a root, the opposite sign."""
    shapes = usable_shapes(case, FACTORS)
    if shapes is None:
        return None
    for name, function in TRANSFORMS.items():
        changed = change(shapes[0], function)
        fit = fit_of(*shapes, changed) if changed else None
        if fit and fit.holds:
            return whole_cause("transform", f"the values look like {name}", fit)
    return None


def usable_shapes(case: Case, fewest: int) -> tuple[Shape, Shape] | None:
    """Both shapes where there are rows and values enough to tell how they moved."""
    shapes = case.shapes
    if shapes is None or min(shape.rows for shape in shapes) < ROWS:
        return None
    return shapes if min(shape.distinct for shape in shapes) >= fewest else None


def whole_cause(kind: str, text: str, fit: Fit) -> Cause:
    return Cause(kind, text, whole=True, explains=fit.explains)


def _simplest(shapes: tuple[Shape, Shape], moves: Iterator[Affine]) -> tuple[Affine, Fit] | None:
    """Of the moves that hold, the first that chance cannot tell from the best."""
    fits: list[tuple[Affine, Fit]] = []
    for move in dict.fromkeys(moves):
        changed = change(shapes[0], lambda x, move=move: move[0] + move[1] * x)  # type: ignore[misc]  # bound at once
        if changed is not None:
            fits.append((move, fit_of(*shapes, changed)))
    holding = [item for item in fits if item[1].holds]
    if not holding:
        return None
    best = min(fit.left for _, fit in holding)
    margin = best + 0.25 * holding[0][1].tolerance if best > 1e-9 else best + 1e-9
    return next(item for item in holding if item[1].left <= margin)


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
        near = {unit for item in UNITS for unit in (item, 1 / item) if abs(unit / ratio - 1) < 0.1}
        yield from sorted(near, key=lambda unit: abs(unit / ratio - 1))
    around = np.geomspace(0.97, 1.03, 13)
    for digits in (1, 2, 3, 4):
        yield from (f for ratio in ratios if abs((f := _rounded(ratio, digits)) - 1) > 0.02)
    for ratio in ratios:
        yield from (float(f) for f in ratio * around if abs(f - 1) > 0.02)


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
