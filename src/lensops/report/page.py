"""Blocks that only a page draws: charts, whole texts, tiles and columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lensops.report.document import Line, Tone

if TYPE_CHECKING:
    from lensops.report.document import Block


@dataclass(frozen=True, slots=True)
class Histogram:
    """Two windows over the same cells, as shares; labels name the cells."""

    name: str
    labels: tuple[str, ...]
    baseline: tuple[float, ...]
    current: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a time (UTC); `label` names what changed there, such as a version."""

    time: datetime
    value: float
    label: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Limit:
    """A level that a series is held against."""

    name: str
    value: float
    tone: Tone


@dataclass(frozen=True, slots=True)
class Series:
    """Values over time, oldest first. A `small` one is drawn without axes, beside a figure."""

    name: str
    points: tuple[Point, ...]
    limits: tuple[Limit, ...] = ()
    small: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A whole text as it is, such as a message of a prompt; its spans may mark words."""

    title: str
    text: Line


@dataclass(frozen=True, slots=True)
class Tile:
    """An answer at a glance: a figure with its status, lines below, and blocks that show it."""

    title: str
    figure: Line = ()
    lines: tuple[Line, ...] = ()
    blocks: tuple[Block, ...] = ()
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Tiles:
    """Tiles of one height, side by side where there is room."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Columns of blocks, side by side where there is room."""

    columns: tuple[tuple[Block, ...], ...]


PageBlock = Histogram | Series | Text | Tiles | Beside
