"""Figures as they are written, and counts as shares."""

from __future__ import annotations

from collections.abc import Sequence


def figure(value: float | None) -> str:
    """A score or PSI with four decimals, or a dash."""
    return "–" if value is None else f"{value:.4f}"


def shares(counts: Sequence[float]) -> tuple[float, ...]:
    """Counts as shares of their sum; nothing for an empty window."""
    total = sum(counts)
    return tuple(count / total for count in counts) if total else ()
