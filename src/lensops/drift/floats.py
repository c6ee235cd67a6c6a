"""Floats of 16 and 32 bits: the number that each stands for is its shortest decimal one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lensops.drift.psi import Shares

NARROW = ("float16", "float32")
DIGITS = range(6, 10)  # of 32 bits: six are always kept, nine always suffice
SMALLEST, LARGEST = 1e-3, 1e6  # between them scaling by a power of ten loses no bit that decides
POWERS = 10.0 ** np.arange(16)  # all exact


def shortest_decimals(values: Any) -> Shares:
    """An array of floats as doubles. One of 16 or 32 bits becomes the number that its shortest
    text names, as in a file of text: 0.1, where plain widening gives 0.10000000149.
    """
    with np.errstate(invalid="ignore"):  # some NaN
        exact: Shares = values.astype(np.float64)
    if values.dtype.name not in NARROW:
        return exact
    size = np.abs(exact)
    usual = (size >= SMALLEST) & (size < LARGEST) & (values.dtype == np.float32)
    written = np.isfinite(exact) & (size > 0) & ~usual
    exact[written] = values[written].astype(str).astype(np.float64)
    exact[usual] = _shortened(values[usual])
    return exact


def from_widened(values: Any, kind: str) -> Shares:
    """Plainly widened values, or doubles, as what they were before: NumPy's `kind` of floats."""
    doubles = np.asarray(values, dtype=np.float64)
    return shortest_decimals(doubles.astype(kind) if kind in NARROW else doubles)


def narrow_cuts(cuts: Sequence[float], kind: str) -> tuple[float, ...]:
    """The cuts of plainly widened values that part them as `cuts` part their shortest decimals.

    A wider float keeps its order when it is shortened, so rows need not be: the cut is the first
    value whose shortest decimal is not below. `kind` is a NumPy type; others have cuts as given.
    """
    if kind not in NARROW or not cuts:
        return tuple(cuts)
    sought = np.asarray(cuts, dtype=np.float64)
    with np.errstate(over="ignore"):
        near = sought.astype(kind)
        above = np.nextafter(near, near.dtype.type(math.inf))
    first = np.where(shortest_decimals(near) >= sought, near, above).astype(np.float64)
    return tuple(np.where(np.isfinite(first), first, sought).tolist())


def narrow_bounds(sign: str, value: float, kind: str) -> list[tuple[str, float]]:
    """The comparison of shortest decimals with a value as comparisons of plainly widened ones.

    `sign` is =, >= or <=. No comparison stands for one as it is written.
    """
    if kind not in NARROW:
        return []
    first, after = narrow_cuts((value, math.nextafter(value, math.inf)), kind)
    return [(s, v) for s, v in ((">=", first), ("<", after)) if s[0] == sign[0] or sign == "="]


def narrow_text(text: str, kind: str) -> str:
    """The text of a plainly widened value as that of its shortest decimal."""
    if kind not in NARROW:
        return text
    return repr(float(from_widened([float(text)], kind)[0]))


def _shortened(values: Any) -> Shares:
    """Usual numbers of 32 bits, rounded to the fewest significant digits that name them."""
    exact: Shares = values.astype(np.float64)
    places = DIGITS[-1] - np.floor(np.log10(np.abs(exact))).astype(np.int64)
    decimals, pending = exact.copy(), np.arange(exact.size)
    for digits in DIGITS:
        scale = POWERS[places[pending] + digits - DIGITS[-1] - 1]
        rounded = np.rint(exact[pending] * scale) / scale
        decimals[pending] = rounded
        pending = pending[rounded.astype(np.float32) != values[pending]]
    return decimals
