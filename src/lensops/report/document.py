"""The document that every report becomes: headings, tables, diffs, charts; no screen."""

from __future__ import annotations

from dataclasses import dataclass
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
    """A run of text in one tone. The text is data: a renderer escapes it."""

    text: str
    tone: Tone = Tone.PLAIN


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
    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a diff: its sign (` `, `-`, `+`, or `…` for folded lines) and its spans."""

    sign: str
    line: Line


@dataclass(frozen=True, slots=True)
class Side:
    """A row of a side-by-side diff; None where a side has no such line."""

    before: Line | None
    after: Line | None


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
class Series:
    """Values over time: (label, value) points and (name, value, tone) limits."""

    name: str
    points: tuple[tuple[str, float], ...]
    limits: tuple[tuple[str, float, Tone], ...] = ()


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that a reader opens when wanted."""

    summary: Line
    blocks: tuple[Block, ...]
    open: bool = False


Block = Heading | Paragraph | Bullets | Table | Diff | Histogram | Series | Fold


@dataclass(frozen=True, slots=True)
class Document:
    """A report. `last` is the line that text output ends with, such as the gate's."""

    blocks: tuple[Block, ...]
    last: str | None = None
