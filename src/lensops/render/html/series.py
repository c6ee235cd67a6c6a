"""Values over time as inline SVG: time is to scale, limits are always drawn, figures in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lensops.format import format_limit, format_score, format_time, plural
from lensops.render.html.frame import Frame, figure, text_at
from lensops.report.document import Tone
from lensops.report.page import Limit, Point, Series

LARGE = Frame(560, 200, left=44, right=92, top=22, bottom=24)
SMALL = Frame(260, 54, left=4, right=4, top=6, bottom=6)
POINTS = 200  # of a series, the newest
MARKS = 60  # points of which each has a mark; of more, only what stands out
NEAR = 26  # units between the labels of points, so that none covers another
LINE = 13  # units between the names of limits

Escape = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Scale:
    """Places of times and values within a frame."""

    frame: Frame
    begin: datetime
    span: float  # seconds; never 0
    low: float
    high: float

    def x(self, time: datetime) -> float:
        share = (time - self.begin).total_seconds() / self.span
        return self.frame.left + share * self.frame.inner_width

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.frame.floor - share * self.frame.inner_height


def series(block: Series, text: Escape) -> str:
    """A line through the values, a dashed line for each limit, a title on each point."""
    points = block.points[-POINTS:]
    if not points:
        small = "" if block.small else f"<strong>{text(block.name)}</strong>: "
        return f'<p class="muted">{small}no values yet</p>'
    frame = SMALL if block.small else LARGE
    scale = _scale(frame, points, block.limits)
    drawn = "".join(_limits(block.limits, scale, text, with_names=not block.small))
    drawn += _line(points, scale)
    if block.small:
        drawn += _mark(points[-1], scale, text)
    else:
        drawn = (
            _axis(scale, text)
            + drawn
            + "".join(_mark(p, scale, text) for p in _points_with_marks(points))
        )
        drawn += "".join(_labels(points, scale, text))
    return figure(frame, block.name, _summary(points, block.limits), drawn, text, small=block.small)


def _scale(frame: Frame, points: Sequence[Point], limits: Sequence[Limit]) -> _Scale:
    begin, end = points[0].time, points[-1].time
    span = (end - begin).total_seconds()
    if span <= 0:  # one moment stands in the middle
        begin, span = begin - timedelta(hours=1), 7200.0
    values = [point.value for point in points] + [limit.value for limit in limits]
    return _Scale(frame, begin, span, *_range(values))


def _range(values: list[float]) -> tuple[float, float]:
    """From zero, or from just below values that are all far from it; never empty."""
    low, high = min(values), max(values)
    if low > 0 and low > high / 2:
        room = max(high - low, high * 0.05)
        return low - room * 0.15, high + room * 0.15
    return min(0.0, low), high * 1.1 if high > 0 else 1.0


def _line(points: Sequence[Point], scale: _Scale) -> str:
    path = " ".join(f"{scale.x(p.time):.1f},{scale.y(p.value):.1f}" for p in points)
    return f'<polyline points="{path}"/>' if len(points) > 1 else ""


def _mark(point: Point, scale: _Scale, text: Escape) -> str:
    label = f" {point.label}" if point.label else ""
    title = f"{format_time(point.time)} UTC{label}: {format_score(point.value)}"
    place = f'cx="{scale.x(point.time):.1f}" cy="{scale.y(point.value):.1f}"'
    return f'<circle class="{point.tone}" {place} r="3.5"><title>{text(title)}</title></circle>'


def _points_with_marks(points: Sequence[Point]) -> list[Point]:
    """All points, or of many those that say more than the line: with a name, or not good."""
    if len(points) <= MARKS:
        return list(points)
    outstanding = [p for p in points if p.label or p.tone in {Tone.WARN, Tone.BAD}]
    return [*outstanding[-MARKS:], points[-1]]


def _labels(points: Sequence[Point], scale: _Scale, text: Escape) -> Iterator[str]:
    """Names of what changed, above all values; the newest is always there."""
    with_names = [point for point in points if point.label]
    last = float("inf")
    for point in reversed(with_names):
        x = scale.x(point.time)
        if last - x < NEAR:
            continue
        last = x
        yield text_at(x, scale.frame.top - 8, text(point.label), anchor="middle", kind="label")
        yield (
            f'<line class="change" x1="{x:.1f}" x2="{x:.1f}" '
            f'y1="{scale.frame.top - 4}" y2="{scale.frame.floor}"/>'
        )


def _limits(
    limits: Sequence[Limit], scale: _Scale, text: Escape, *, with_names: bool
) -> Iterator[str]:
    """Dashed lines; their names stand apart even where the lines are close."""
    end, lowest = scale.frame.left + scale.frame.inner_width, float("inf")
    for limit in sorted(limits, key=lambda limit: limit.value):
        y = scale.y(limit.value)
        yield (
            f'<line class="limit {limit.tone}" x1="{scale.frame.left}" x2="{end:.1f}" '
            f'y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        if with_names:
            lowest = min(y + 4, lowest - LINE)
            name = f"{text(limit.name)} {format_limit(limit.value)}"
            yield text_at(end + 6, lowest, name, kind=str(limit.tone))


def _axis(scale: _Scale, text: Escape) -> str:
    frame = scale.frame
    end = frame.left + frame.inner_width
    drawn = ""
    for share in (0.0, 0.5, 1.0):
        value = scale.low + share * (scale.high - scale.low)
        y = scale.y(value)
        drawn += f'<line class="grid" x1="{frame.left}" x2="{end}" y1="{y:.1f}" y2="{y:.1f}"/>'
        drawn += text_at(frame.left - 6, y + 4, f"{value:.2f}", anchor="end")
    for index, share in enumerate((0.0, 0.5, 1.0)):
        time = scale.begin + timedelta(seconds=share * scale.span)
        x = frame.left + share * frame.inner_width
        anchor = ("start", "middle", "end")[index]
        drawn += text_at(x, frame.height - 6, text(_tick(time, scale.span)), anchor=anchor)
    return drawn


def _tick(time: datetime, span: float) -> str:
    """A day where the chart spans days, else the time of day."""
    if span > timedelta(days=300).total_seconds():
        return f"{time:%b %Y}"
    return f"{time.day} {time:%b}" if span > timedelta(days=2).total_seconds() else f"{time:%H:%M}"


def _summary(points: Sequence[Point], limits: Sequence[Limit]) -> str:
    """The figures of the chart in words."""
    values = [point.value for point in points]
    levels = "".join(f", {limit.name} {format_limit(limit.value)}" for limit in limits)
    span = f"from {format_time(points[0].time)} to {format_time(points[-1].time)}"
    return (
        f"{plural(len(values), 'value')} {span}; "
        f"lowest {min(values):.4f}, highest {max(values):.4f}, newest {values[-1]:.4f}{levels}"
    )
