"""Limits: one tolerance for every comparison of a figure with a limit."""

from __future__ import annotations

TOLERANCE = 1e-9  # sums of floats are not exact: a figure this little below a limit is at it


def meets(value: float, limit: float) -> bool:
    """Whether a figure reaches a limit."""
    return value >= limit - TOLERANCE
