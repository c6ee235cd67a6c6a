"""Two windows over the same bins as inline SVG, side by side in each bin."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lensops.format import format_percent
from lensops.render.html.frame import Frame, figure, text_at
from lensops.report.page import Histogram

FRAME = Frame(560, 200, left=44, right=92, top=22, bottom=24)
LETTER, LONGEST = 6.2, 14  # how wide a letter of a bin's name is, and how many are shown


def histogram(block: Histogram, text: Callable[[str], str]) -> str:
    """Two bars a bin, as shares of their windows."""
    top = max((*block.baseline, *block.current), default=0.0) or 1.0
    step = FRAME.inner_width / (len(block.labels) or 1)
    side = FRAME.left + FRAME.inner_width + 8
    legend = text_at(side, FRAME.top + 8, "■ baseline", kind="baseline")
    legend += text_at(side, FRAME.top + 24, "■ current", kind="current")
    drawn = _axis(top) + "".join(_bars(block, top, step, text))
    drawn += "".join(_names(block.labels, step, text)) + legend
    return figure(FRAME, block.name, _summary(block), drawn, text)


def _bars(block: Histogram, top: float, step: float, text: Callable[[str], str]) -> Iterator[str]:
    width = step * 0.4
    rows = zip(block.labels, block.baseline, block.current, strict=True)
    for index, (label, baseline, current) in enumerate(rows):
        x = FRAME.left + index * step + step * 0.1
        title = f"{label}: baseline {baseline:.2%}, current {current:.2%}"
        yield f"<g><title>{text(title)}</title>"
        yield _bar("baseline", x, width, baseline / top)
        yield _bar("current", x + width, width, current / top) + "</g>"


def _bar(window: str, x: float, width: float, share: float) -> str:
    height = share * FRAME.inner_height
    place = f'x="{x:.1f}" y="{FRAME.floor - height:.1f}" width="{width:.1f}"'
    return f'<rect class="{window}" {place} height="{height:.1f}"/>'


def _names(labels: tuple[str, ...], step: float, text: Callable[[str], str]) -> Iterator[str]:
    """The names of the bins, as many as there is room for."""
    shorts = [label.split(" to ")[0][:LONGEST] for label in labels]
    longest = max((len(short) + 1 for short in shorts), default=1)
    for index in range(0, len(labels), max(math.ceil(longest * LETTER / step), 1)):
        x = FRAME.left + (index + 0.5) * step
        yield text_at(x, FRAME.height - 6, text(shorts[index]), anchor="middle")


def _axis(top: float) -> str:
    end, drawn = FRAME.left + FRAME.inner_width, ""
    for share in (0.0, 0.5, 1.0):
        y = FRAME.floor - share * FRAME.inner_height
        drawn += f'<line class="grid" x1="{FRAME.left}" x2="{end}" y1="{y:.1f}" y2="{y:.1f}"/>'
        drawn += text_at(FRAME.left - 6, y + 4, f"{share * top:.0%}", anchor="end")
    return drawn


def _summary(block: Histogram) -> str:
    rows = zip(block.labels, block.baseline, block.current, strict=True)
    return "; ".join(
        f"{label}: {format_percent(baseline)} in the baseline, {format_percent(current)} now"
        for label, baseline, current in rows
    )
