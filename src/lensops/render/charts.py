"""Charts in block characters, for terminals and plain text."""

from __future__ import annotations

from collections.abc import Iterator

from lensops.report.bars import bars
from lensops.report.document import Histogram, Line, Series, Span, Tone, line


def histogram(block: Histogram) -> Iterator[Line]:
    """Both windows on one scale, cell by cell, and what the first and last cell hold."""
    top = max((*block.baseline, *block.current), default=0.0)
    ends = f"  {block.labels[0]} … {block.labels[-1]}" if block.labels else ""
    yield line(Span(block.name, Tone.STRONG))
    yield line("  baseline ", Span(bars(block.baseline, top), Tone.MUTED), Span(ends, Tone.MUTED))
    yield line("  current  ", Span(bars(block.current, top)))


def series(block: Series) -> Iterator[Line]:
    """Values over time as a row of bars, with the newest value and the limits."""
    yield line(Span(block.name, Tone.STRONG))
    if not block.points:
        yield line("  no values yet")
        return
    values = [value for _, value in block.points]
    limits = tuple(Span(f"  {name} {value:g}", tone) for name, value, tone in block.limits)
    first, last = block.points[0][0], block.points[-1][0]
    when = f"  {first} to {last}" if len(values) > 1 else f"  {last}"
    yield line("  ", bars(values), f"  {values[-1]:.4f}", *limits, Span(when, Tone.MUTED))
