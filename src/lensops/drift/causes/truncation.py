"""Truncation: an end of the baseline's range that the current window never reaches."""

from __future__ import annotations

import numpy as np

from lensops.drift.causes.cause import Case, Cause, number, percent
from lensops.drift.shape import Shape

LEAST = 0.01  # the share of the baseline that lies beyond
EXPECTED = 15  # the rows that would lie there without a change: none by chance in 3 million


def truncation(case: Case) -> Cause | None:
    """Nothing above or below some value any more."""
    base, current = case.baseline, case.current
    if base is None or current is None or not case.real:
        return None
    share, words = max(
        (_above(base, current.high), f"above {number(current.high)}"),
        (_below(base, current.low), f"below {number(current.low)}"),
    )
    if share < LEAST or share * current.rows < EXPECTED:
        return None
    return Cause("truncation", f"nothing {words} any more ({percent(share)} before)")


def _above(base: Shape, value: float) -> float:
    """The baseline's share in the cells above that of a value."""
    at = int(np.searchsorted(base.edges, value, side="right"))
    return 1 - float(base.cumulated()[at]) if at < len(base.edges) else 0.0


def _below(base: Shape, value: float) -> float:
    """The baseline's share in the cells below that of a value."""
    at = int(np.searchsorted(base.edges, value, side="right"))
    return float(base.cumulated()[at - 1]) if at else 0.0
