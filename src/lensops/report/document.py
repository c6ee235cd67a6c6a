"""The document that every report becomes: headings, tables, diffs, charts; no screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Tone(StrEnum):
    """What a piece of text means; a renderer chooses how that looks."""

    PLAIN = "plain"
    STRONG = "strong"
    MUTED = "muted"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    ADDED = "added"
    REMOVED = "removed"
    ADDED_WORD = "added word"
    REMOVED_WORD = "removed word"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one tone. The text is data: a renderer escapes it.

    A `badge` is a status; a page draws it as a label.
    """

    text: str
    tone: Tone = Tone.PLAIN
    badge: bool = False


Line = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    """A line of plain strings and toned spans."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    line: Line


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: `right` for numbers, `wide` for the one that takes the rest."""

    name: str
    right: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells. `name` says to a screen reader what it is a table of.

    `tags` names, row by row, the groups that a page can narrow the table to.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, ...], ...]
    name: str = "Table"
    tags: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a diff: its sign (` `, `-`, `+`, or `…` for folded lines) and its spans."""

    sign: str
    line: Line


@dataclass(frozen=True, slots=True)
class Side:
    """A row of a side-by-side diff; None where a side has no such line."""

    old: Line | None
    new: Line | None


@dataclass(frozen=True, slots=True)
class Diff:
    """A section's change: `title` names it, `note` says things such as `only whitespace differs`.

    `unified` is the same as a valid unified diff, for plain renderings; `sides` for wide screens.
    """

    title: str
    lines: tuple[DiffLine, ...]
    unified: str
    note: str | None = None
    sides: tuple[Side, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that a reader opens when wanted."""

    summary: Line
    blocks: tuple[Block, ...]
    open: bool = False


Block = (
    Heading | Paragraph | Bullets | Table | Diff | Histogram | Series | Text | Tiles | Beside | Fold
)


@dataclass(frozen=True, slots=True)
class Document:
    """A report. `last` is the line that text output ends with, such as the gate's."""

    blocks: tuple[Block, ...]
    last: str | None = None
