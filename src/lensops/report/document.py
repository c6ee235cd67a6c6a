"""The document that every report becomes: headings, tables, diffs; no screen."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from lensops.report.page import PageBlock


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


class Span(NamedTuple):
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


class Heading(NamedTuple):
    text: str
    level: int = 2


class Paragraph(NamedTuple):
    line: Line


class Bullets(NamedTuple):
    items: tuple[Line, ...]


class Column(NamedTuple):
    """A table's column: `right` for numbers, `wide` for the one that takes the rest."""

    name: str
    right: bool = False
    wide: bool = False


class Table(NamedTuple):
    """Rows of cells. `name` says to a screen reader what it is a table of.

    `tags` names, row by row, the groups that a page can narrow the table to.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, ...], ...]
    name: str = "Table"
    tags: tuple[frozenset[str], ...] = ()


class DiffLine(NamedTuple):
    """One line of a diff: its sign (` `, `-`, `+`, or `…` for folded lines) and its spans."""

    sign: str
    line: Line


class Side(NamedTuple):
    """A row of a side-by-side diff; None where a side has no such line."""

    old: Line | None
    new: Line | None


class Diff(NamedTuple):
    """A section's change: `title` names it, `note` says things such as `only whitespace differs`.

    `unified` is the same as a valid unified diff, for plain renderings; `sides` for wide screens.
    """

    title: str
    lines: tuple[DiffLine, ...]
    unified: str
    note: str | None = None
    sides: tuple[Side, ...] = ()


class Fold(NamedTuple):
    """Blocks that a reader opens when wanted."""

    summary: Line
    blocks: tuple[Block, ...]
    open: bool = False


Block: TypeAlias = "Heading | Paragraph | Bullets | Table | Diff | Fold | PageBlock"


class Document(NamedTuple):
    """A report. `last` is the line that text output ends with, such as the gate's."""

    blocks: tuple[Block, ...]
    last: str | None = None
