"""Causes of values that lie on steps: rounded ones, and those of a cycle that was turned."""

from __future__ import annotations

import numpy as np

from lensops.drift.causes.case import (
    FEWEST_VALUES,
    ROWS,
    Case,
    Cause,
    Fit,
    change,
    fit_of,
    tolerance,
)
from lensops.drift.causes.moves import FEWEST, usable_shapes, whole_cause
from lensops.drift.psi import Shares
from lensops.drift.shape import Shape

CYCLES = (7, 12, 24, 60, 360)  # days, months or hours, hours, minutes, degrees
STEPS = (1000.0, 500.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.25, 0.2, 0.1, 0.05, 0.01)
FINER = 0.5  # of the baseline's values lie between the steps


def rounding(case: Case) -> Cause | None:
    """Values that lie on steps which the baseline's do not lie on: what it had, rounded."""
    shapes = case.shapes
    if shapes is None or min(shape.rows for shape in shapes) < ROWS:
        return None
    baseline, current = shapes
    for step in STEPS:
        if _on_steps(current, step) < 1 or current.distinct < FEWEST:
            continue
        fit = _rounded_fit(baseline, current, step)
        if _on_steps(baseline, step) > 1 - FINER or fit is None or fit.left > fit.tolerance:
            return None
        text = f"all values are multiples of {step:g} now: rounded or cut off"
        return whole_cause("rounding", text, fit)
    return None


def _rounded_fit(baseline: Shape, current: Shape, step: float) -> Fit | None:
    """The best fit of the baseline, rounded to the nearest step, down or up."""
    changed = [
        change(baseline, lambda x, to=to: to(x / step) * step)  # type: ignore[misc]  # bound at once
        for to in (np.round, np.floor, np.ceil, np.trunc)
    ]
    fits = [fit_of(baseline, current, shape) for shape in changed if shape]
    return min(fits, key=lambda fit: fit.left, default=None)


def rotation(case: Case) -> Cause | None:
    """Values of a cycle turned by some steps, as hours are in another time zone."""
    shapes = usable_shapes(case, FEWEST)
    if shapes is None or not all(shape.complete and shape.integral for shape in shapes):
        return None
    for cycle in CYCLES:
        first = 1 if min(shape.low for shape in shapes) >= 1 else 0
        if not all(first <= shape.low and shape.high < cycle + first for shape in shapes):
            continue
        steps, fit = _best_rotation(shapes, cycle, first)
        if fit.holds:
            turn = steps if steps <= cycle // 2 else steps - cycle
            return whole_cause("rotation", f"turned by {turn:+d} in a cycle of {cycle}", fit)
    return None


def _best_rotation(shapes: tuple[Shape, Shape], cycle: int, first: int) -> tuple[int, Fit]:
    """The steps, 1 to cycle - 1, by which the baseline comes nearest to the current window."""
    baseline, current = (_cycle_shares(shape, cycle, first) for shape in shapes)
    steps, places = np.arange(1, cycle), np.arange(cycle)
    turned = baseline[(places[None, :] - steps[:, None]) % cycle]
    left = np.abs(np.cumsum(turned - current, axis=1)).max(axis=1)
    best = int(left.argmin())
    start = float(np.abs(np.cumsum(baseline - current)).max())
    occupied = current > 0
    same = bool(((turned[best] > 0) == occupied).all() and ((baseline > 0) != occupied).any())
    same_values = same and int(occupied.sum()) >= FEWEST_VALUES
    return best + 1, Fit(start, float(left[best]), tolerance(*shapes), same_values)


def _cycle_shares(shape: Shape, cycle: int, first: int) -> Shares:
    """The share of the rows at each place of a cycle."""
    values, rows = np.array(shape.common).T
    shares: Shares = np.bincount(values.astype(int) - first, rows, cycle) / shape.rows
    return shares


def _on_steps(shape: Shape, step: float) -> float:
    """The share of a shape's common values that are multiples of a step."""
    values = np.array([value for value, _ in shape.common])
    times = values / step
    near = np.maximum(1e-6, 1e-12 * np.abs(times))
    with np.errstate(invalid="ignore"):
        return float((np.abs(times - np.round(times)) < near).mean())
