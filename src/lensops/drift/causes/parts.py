"""Causes that change a part of the values: a spike, one value for another, an end cut off."""

from __future__ import annotations

import math

import numpy as np

from lensops.drift.causes.case import (
    ROWS,
    Case,
    Cause,
    change,
    conditional_distance,
    distance,
    fit_of,
    number,
    percent,
    tolerance,
)
from lensops.drift.causes.moves import FEWEST, offset, whole_cause
from lensops.drift.psi import Shares
from lensops.drift.shape import Shape
from lensops.drift.two_sample import table_p_value

REPLACED = 0.05  # the share of a value from which another one in its place is named
GAIN = 0.01  # the share that a value must gain
SURE = 0.001 / 128  # the p-value of a gain, for the values that are looked at
BEYOND = 0.01  # the share of the baseline that lies beyond an end
EXPECTED = 15  # the rows that would lie there without a change: none by chance in 3 million
INSIDE = 0.2  # the share of the baseline that is left, from which "as before" means something
SEVERAL = 0.9  # of the rows beyond an end: more at one value, and it is a replacement
LEAST = 0.25  # of the shift that an end which is cut off must explain
MOSTLY = 0.5  # of the current values, above which the range is what is told


def replacement(case: Case) -> Cause | None:
    """One value of many rows that took the place of another, as when -1 stands for 0.

    Of few values that lie evenly, a step of all looks the same, and is the simpler cause.
    """
    shapes = _usable(case)
    if shapes is None or (all(shape.complete for shape in shapes) and offset(case)):
        return None
    gains = _gains(*shapes)
    gained, lost = max(gains, key=lambda value: gains[value]), min(gains, key=lambda v: gains[v])
    size, chance = gains[gained], tolerance(*shapes)
    same = abs(gains[gained] + gains[lost]) <= chance
    if size < REPLACED or not same or not _is_sure(*shapes, gained) or not _is_sure(*shapes, lost):
        return None
    if shapes[1].times(lost) / shapes[1].rows > 0.1 * shapes[0].times(lost) / shapes[0].rows:
        return None  # it is still there

    def without(shape: Shape, points: Shares) -> Shares:
        return _without(_without_value(shape, points, gained), shape, points, lost)

    rest = conditional_distance(*shapes, without)
    if rest > chance / math.sqrt(max(1 - size, BEYOND)):  # fewer rows are compared
        return None
    names = f"{number(lost)} became {number(gained)}"
    if number(lost) == number(gained):
        names = f"{lost:.10g} became {gained:.10g}"
    text = f"{names} ({percent(size)} of the rows)"
    return Cause("replacement", text, _explained(*shapes, rest), rest)


def spike(case: Case) -> Cause | None:
    """One value that is suddenly everywhere, such as a default that stands for missing."""
    shapes = _usable(case)
    if shapes is None:
        return None
    baseline, current = shapes
    gains = _gains(baseline, current)
    value = max(gains, key=lambda item: gains[item])
    if gains[value] < GAIN or not _is_sure(baseline, current, value):
        return None

    def without(shape: Shape, points: Shares) -> Shares:
        return _without_value(shape, points, value)

    is_all = current.distinct == 1
    rest = 0.0 if is_all else conditional_distance(baseline, current, without)
    share, old = current.times(value) / current.rows, baseline.times(value) / baseline.rows
    if rest > tolerance(baseline, current) / math.sqrt(max(1 - share, BEYOND)):
        return None
    listed = value in dict(baseline.common) or baseline.complete
    origin = f"{percent(old)} before" if listed else f"under {percent(max(old, 0.01))} before"
    text = f"{percent(share)} are the one value {number(value)} ({origin})"
    return Cause("spike", text, _explained(baseline, current, rest), rest)


def clipping(case: Case) -> Cause | None:
    """Values beyond an end that became the end itself, as a cap does."""
    shapes = _usable(case)
    if shapes is None:
        return None
    baseline, current = shapes
    above, below = _shares_beyond(baseline, current)
    high = _is_end(shapes, current.high, above, above=True)
    low = _is_end(shapes, current.low, below, above=False)
    if (
        not (high or low)
        or current.distinct < FEWEST
        or not (baseline.low < current.high and current.low < baseline.high)
    ):
        return None
    limits = current.low if low else -np.inf, current.high if high else np.inf
    changed = change(baseline, lambda x: np.clip(x, *limits))
    fit = fit_of(baseline, current, changed) if changed else None
    if fit is None or fit.left > fit.tolerance:
        return None
    ends = [f"what was above {number(current.high)} became it ({percent(above)})"] if high else []
    ends += [f"what was below {number(current.low)} became it ({percent(below)})"] if low else []
    return whole_cause("clipping", " and ".join(ends), fit)


def _is_end(shapes: tuple[Shape, Shape], end: float, share: float, *, above: bool) -> bool:
    """Whether the rows beyond an end went to it: those of several values, by more than chance."""
    baseline, current = shapes
    if share < BEYOND or share * current.rows < EXPECTED:
        return False
    beyond = [t for value, t in baseline.common if (value > end if above else value < end)]
    if max(beyond, default=0) > SEVERAL * share * baseline.rows:
        return False  # one value in the place of another
    gain = current.times(end) / current.rows - baseline.times(end) / baseline.rows
    return gain >= GAIN and _is_sure(baseline, current, end)


def truncation(case: Case) -> Cause | None:
    """Nothing above or below some value any more, all else as before."""
    shapes = _usable(case)
    if shapes is None:
        return None
    baseline, current = shapes
    above, below = _shares_beyond(baseline, current)
    low = current.low if below >= BEYOND else -np.inf
    high = current.high if above >= BEYOND else np.inf
    if max(above, below) * current.rows < EXPECTED or max(above, below) < BEYOND:
        return None

    def inside(shape: Shape, points: Shares) -> Shares:
        return _inside(shape, points, low, high)

    left, rest = 1 - above - below, conditional_distance(baseline, current, inside)
    if left < INSIDE or rest > tolerance(baseline, current) / math.sqrt(left):
        return None
    if baseline.complete and not _are_values_of(current, baseline):
        return None  # something else happened as well
    if _explained(baseline, current, rest) < LEAST:
        return None
    ends = [f"above {number(high)}"] if above >= BEYOND else []
    ends += [f"below {number(low)}"] if below >= BEYOND else []
    text = f"nothing {' or '.join(ends)} any more ({percent(above + below)} before)"
    return Cause("truncation", text, _explained(baseline, current, rest), rest)


def beyond(case: Case) -> Cause | None:
    """Most values outside the range that the baseline had."""
    shapes = _usable(case)
    if shapes is None:
        return None
    baseline, current = shapes
    ends = np.array([np.nextafter(baseline.high, np.inf), baseline.low])
    below_high, below_low = current.share_below(ends).tolist()
    share, text = max(
        (1 - below_high, f"above {number(baseline.high)}, the baseline's largest value"),
        (below_low, f"below {number(baseline.low)}, the baseline's smallest value"),
    )
    if share < MOSTLY:
        return None
    return Cause("beyond", f"{percent(share)} lie {text}")


def _usable(case: Case) -> tuple[Shape, Shape] | None:
    shapes = case.shapes
    if shapes is None or not case.real or min(shape.rows for shape in shapes) < ROWS:
        return None
    return shapes if max(shape.distinct for shape in shapes) > 2 else None


def _explained(baseline: Shape, current: Shape, rest: float) -> float:
    return max(1 - rest / max(distance(baseline, current), 1e-12), 0.0)


def _are_values_of(current: Shape, baseline: Shape) -> bool:
    return {value for value, _ in current.common} <= {value for value, _ in baseline.common}


def _gains(baseline: Shape, current: Shape) -> dict[float, float]:
    """What each common value's share gained, at least."""
    values = {value for shape in (baseline, current) for value, _ in shape.common}
    return {
        value: current.times(value) / current.rows - baseline.times(value) / baseline.rows
        for value in values
    }


def _is_sure(baseline: Shape, current: Shape, value: float) -> bool:
    times = baseline.times(value), current.times(value)
    rows = baseline.rows, current.rows
    sides = [np.array([t, r - t]) for t, r in zip(times, rows, strict=True)]
    return table_p_value(sides[0], sides[1]) < SURE


def _without_value(shape: Shape, points: Shares, value: float) -> Shares:
    return _without(shape.share_below(points), shape, points, value)


def _without(below: Shares, shape: Shape, points: Shares, value: float) -> Shares:
    """Shares below the points, of the rows that do not have the value."""
    share = shape.times(value) / shape.rows if value in dict(shape.common) else 0.0
    left: Shares = (below - share * (points > value)) / max(1 - share, 1e-9)
    return left


def _shares_beyond(baseline: Shape, current: Shape) -> tuple[float, float]:
    """The baseline's shares above and below all current values."""
    ends = np.array([np.nextafter(current.high, np.inf), current.low])
    below_high, below_low = baseline.share_below(ends).tolist()
    return 1 - below_high, below_low


def _inside(shape: Shape, points: Shares, low: float, high: float) -> Shares:
    """Shares below the points, of the rows between two ends."""
    ends = shape.share_below(np.array([low, np.nextafter(high, np.inf)]))
    width = max(float(ends[1] - ends[0]), 1e-9)
    inside: Shares = np.clip((shape.share_below(points) - ends[0]) / width, 0.0, 1.0)
    return inside
