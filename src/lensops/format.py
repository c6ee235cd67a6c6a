"""Figures, counts, digests and times as people read them: one format each, on every page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

ABSENT = "–"  # where there is no figure
LEVELS = "▁▂▃▄▅▆▇█"
BAR_WIDTH = 10  # characters of a score's bar
SMALLEST_P = 0.0001  # smaller p-values are not told apart


def format_score(value: float | None, absent: str = ABSENT) -> str:
    """A score or PSI with four decimals, or what stands for none."""
    return absent if value is None else f"{value:.4f}"


def format_difference(value: float | None, absent: str = ABSENT) -> str:
    """A difference of scores with its sign, such as `+0.0123`."""
    return absent if value is None else f"{value:+.4f}"


def format_interval(interval: tuple[float, float] | None, *, signed: bool = False) -> str:
    """Both ends, such as `0.7012 to 0.7530`; nothing without an interval."""
    if interval is None:
        return ""
    write = format_difference if signed else format_score
    return f"{write(interval[0])} to {write(interval[1])}"


def format_limit(value: float) -> str:
    """A threshold, margin or band exactly, with two decimals at least: `0.70`, `0.825`."""
    text = repr(float(value))
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}" if decimals.isdigit() else text


def format_percent(share: float) -> str:
    """A share from 0 to 1 in whole percent, such as `95%`; never 0% or 100% by rounding."""
    rounded = round(share * 100)
    if rounded == 0 and share > 0:
        return "<1%"
    return ">99%" if rounded == 100 and share < 1 else f"{rounded}%"


def format_p_value(value: float | None) -> str:
    """A p-value with two digits; `< 0.0001` for those that are smaller."""
    if value is None or not math.isfinite(value):
        return ABSENT
    return f"< {SMALLEST_P}" if value < SMALLEST_P else f"{value:.2g}"


def plural(count: int, noun: str) -> str:
    """`1 prompt`, `2,000 prompts`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def list_some(ids: Iterable[str], total: int | None = None, limit: int = 5) -> str:
    """The first ids, and how many more of `total` (else of them) there are."""
    names = list(ids)
    rest = (len(names) if total is None else total) - limit
    return ", ".join(names[:limit]) + (f" and {rest:,} more" if rest > 0 else "")


def short_digest(digest: str) -> str:
    """The first letters of a digest, for people."""
    return digest.removeprefix("sha256:")[:12]


def short_commit(commit: str) -> str:
    """The first letters of a commit's id, for people."""
    return commit[:10]


def format_minute(time: str) -> str:
    """An ISO time to the minute, such as `2026-10-13 09:12`, in the zone that it is written in."""
    return time.replace("T", " ")[:16]


def format_time(time: datetime | None) -> str:
    """A time to the minute in UTC; `at an unknown time` where a result does not state one."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M}" if time else "at an unknown time"


def format_day(time: datetime | None) -> str:
    """A day in UTC, or that it is not known."""
    return f"{time.astimezone(UTC):%Y-%m-%d}" if time else "on an unknown day"


def shorten(text: str, limit: int) -> str:
    """A text in one line, cut where it is longer than `limit` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def count_shares(counts: Sequence[float]) -> tuple[float, ...]:
    """Counts as shares of their sum; nothing for an empty window."""
    total = sum(counts)
    return tuple(count / total for count in counts) if total else ()


def score_bar(score: float | None) -> str:
    """A score from 0 to 1 as a bar; nothing where there is none."""
    if score is None:
        return ""
    full = round(max(0.0, min(score, 1.0)) * BAR_WIDTH)
    return "█" * full + "░" * (BAR_WIDTH - full)


def sparkline(values: Sequence[float], top: float | None = None) -> str:
    """One block character a value, as tall as its share of `top` (the largest value by default).

    Zero is a space: an empty bin is told from a small one.
    """
    top = max(values, default=0.0) if top is None else top
    return "".join(_block(value, top) for value in values)


def _block(value: float, top: float) -> str:
    if value <= 0 or top <= 0:
        return " "
    return LEVELS[min(len(LEVELS) - 1, int(value / top * len(LEVELS)))]
