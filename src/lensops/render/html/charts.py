"""Drawings as inline SVG with a description in words for those who do not see them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lensops.report.document import Histogram, Series

WIDTH, HEIGHT = 640, 160
LEFT, BOTTOM, TOP, RIGHT = 44, 22, 10, 96  # room for the axis and for the names of limits
INNER_WIDTH, INNER_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
LETTER, LONGEST = 6.0, 12  # how wide a letter of a cell's name is, and how many are shown
POINTS = 200  # of a series, the newest

Text = Callable[[str], str]


def histogram(block: Histogram, text: Text) -> str:
    """Two bars a cell, as shares of their windows."""
    top = max((*block.baseline, *block.current), default=0.0) or 1.0
    cells = len(block.labels) or 1
    step = INNER_WIDTH / cells
    bars = "".join(_bars(block, top, step, text))
    names = "".join(_names(block.labels, step, text))
    legend = (
        f'<text class="baseline" x="{WIDTH - RIGHT + 6}" y="{TOP + 10}">■ baseline</text>'
        f'<text class="current" x="{WIDTH - RIGHT + 6}" y="{TOP + 26}">■ current</text>'
    )
    return _figure(block.name, _told(block), bars + names + legend + _axis(0.0, top), text)


def series(block: Series, text: Text) -> str:
    """A line through the values, and a dashed line for each limit."""
    points = block.points[-POINTS:]
    if not points:
        return f"<p><strong>{text(block.name)}</strong>: no values yet</p>"
    values = [value for _, value in points]
    everything = [*values, *(value for _, value, _ in block.limits)]
    low, high = _range(everything)
    place = _scale(low, high)
    step = INNER_WIDTH / max(len(values) - 1, 1)
    path = " ".join(f"{LEFT + i * step:.1f},{place(v):.1f}" for i, v in enumerate(values))
    last = f'<circle cx="{path.split()[-1].split(",")[0]}" cy="{place(values[-1]):.1f}" r="3"/>'
    limits = "".join(_limit(name, value, tone, place, text) for name, value, tone in block.limits)
    ends = _ends(points[0][0], points[-1][0], text)
    drawn = f'<polyline points="{path}"/>{last}{limits}{ends}{_axis(low, high)}'
    limits_told = ", ".join(f"{name} {value:g}" for name, value, _ in block.limits)
    told = (
        f"{len(values)} values from {points[0][0]} to {points[-1][0]}; lowest {min(values):.4f}, "
        f"highest {max(values):.4f}, newest {values[-1]:.4f}. {limits_told}"
    )
    return _figure(block.name, told, drawn, text)


def _figure(name: str, told: str, drawn: str, text: Text) -> str:
    svg = (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{text(name)}. {text(told)}">'
        f"{drawn}</svg>"
    )
    return f"<figure><figcaption>{text(name)}</figcaption>{svg}</figure>"


def _bars(block: Histogram, top: float, step: float, text: Text) -> Iterator[str]:
    width = step * 0.4
    rows = zip(block.labels, block.baseline, block.current, strict=True)
    for index, (label, before, after) in enumerate(rows):
        x = LEFT + index * step + step * 0.1
        title = f"{label}: baseline {before:.2%}, current {after:.2%}"
        tall, now = before / top * INNER_HEIGHT, after / top * INNER_HEIGHT
        floor = TOP + INNER_HEIGHT
        yield (
            f"<g><title>{text(title)}</title>"
            f'<rect class="baseline" x="{x:.1f}" y="{floor - tall:.1f}" '
            f'width="{width:.1f}" height="{tall:.1f}"/>'
            f'<rect class="current" x="{x + width:.1f}" y="{floor - now:.1f}" '
            f'width="{width:.1f}" height="{now:.1f}"/></g>'
        )


def _names(labels: tuple[str, ...], step: float, text: Text) -> Iterator[str]:
    shorts = [label.split(" to ")[0][:LONGEST] for label in labels]
    every = math.ceil(max((len(short) + 1 for short in shorts), default=1) * LETTER / step)
    for index in range(0, len(labels), max(every, 1)):
        x, short = LEFT + (index + 0.5) * step, shorts[index]
        yield f'<text x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{text(short)}</text>'


def _told(block: Histogram) -> str:
    rows = zip(block.labels, block.baseline, block.current, strict=True)
    return "; ".join(
        f"{label}: {before:.1%} then, {after:.1%} now" for label, before, after in rows
    )


def _limit(name: str, value: float, tone: str, place: Callable[[float], float], text: Text) -> str:
    y, end = place(value), WIDTH - RIGHT
    return (
        f'<line class="limit {tone}" x1="{LEFT}" y1="{y:.1f}" x2="{end}" y2="{y:.1f}"/>'
        f'<text class="{tone}" x="{end + 6}" y="{y + 4:.1f}">{text(name)} {value:g}</text>'
    )


def _ends(first: str, last: str, text: Text) -> str:
    return (
        f'<text x="{LEFT}" y="{HEIGHT - 6}">{text(first)}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end">{text(last)}</text>'
        if first != last
        else f'<text x="{LEFT}" y="{HEIGHT - 6}">{text(last)}</text>'
    )


def _axis(low: float, high: float) -> str:
    floor = TOP + INNER_HEIGHT
    return (
        f'<line class="axis" x1="{LEFT}" y1="{floor}" x2="{WIDTH - RIGHT}" y2="{floor}"/>'
        f'<text x="{LEFT - 6}" y="{TOP + 8}" text-anchor="end">{high:.2g}</text>'
        f'<text x="{LEFT - 6}" y="{floor}" text-anchor="end">{low:.2g}</text>'
    )


def _range(values: list[float]) -> tuple[float, float]:
    """From zero, or from just below values that are all far from it; never empty."""
    low, high = min(values), max(values)
    if low > 0 and low > high / 2:
        room = max(high - low, high * 0.05)
        return low - room * 0.2, high + room * 0.1
    return min(0.0, low), high * 1.05 if high > 0 else 1.0


def _scale(low: float, high: float) -> Callable[[float], float]:
    def place(value: float) -> float:
        return TOP + INNER_HEIGHT - (value - low) / (high - low) * INNER_HEIGHT

    return place
