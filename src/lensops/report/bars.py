"""Bars in block characters: a small histogram in one word."""

from __future__ import annotations

from collections.abc import Sequence

LEVELS = "▁▂▃▄▅▆▇█"
EMPTY = " "


def bars(values: Sequence[float], top: float | None = None) -> str:
    """One block character a value, as tall as its share of `top` (the largest value by default).

    Zero is a space: an empty cell is told from a small one.
    """
    top = max(values, default=0.0) if top is None else top
    return "".join(_bar(value, top) for value in values)


def _bar(value: float, top: float) -> str:
    if value <= 0 or top <= 0:
        return EMPTY
    return LEVELS[min(len(LEVELS) - 1, int(value / top * len(LEVELS)))]
