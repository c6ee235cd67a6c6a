"""A document on a terminal with colours and wrapping, or as plain text for pipes and files."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from lensops.render.escape import one_line
from lensops.render.lines import INDENT, SIGNS, Row, rows, text
from lensops.render.table import GAP, cell_lines, plain_table
from lensops.report.document import (
    Block,
    Bullets,
    Diff,
    Document,
    Fold,
    Heading,
    Line,
    Paragraph,
    Side,
    Span,
    Table,
    Tone,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

STATEMENTS = (Paragraph, Bullets, Fold)
WIDTH = 120  # columns of tables where no terminal says
LEAST = 12  # columns that are left to a wide one before all of them are wrapped
SIDE_BY_SIDE = 100  # columns that two texts side by side need
_TRAILING = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$", re.MULTILINE)  # before what ends a style too
STYLES = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.MUTED: "dim",
    Tone.GOOD: "green",
    Tone.WARN: "yellow",
    Tone.BAD: "bold red",
    Tone.ADDED: "green",
    Tone.REMOVED: "red",
    Tone.ADDED_WORD: "bold black on green",
    Tone.REMOVED_WORD: "bold white on red",
    Tone.CODE: "cyan",
}


def print_document(document: Document, stream: TextIO, *, sides: bool = False) -> None:
    """Write a document: coloured and wrapped on a terminal, one line a statement elsewhere.

    `sides` puts diffs side by side where the width allows. `NO_COLOR` and `COLUMNS` are honoured.
    """
    screen = _Screen(stream, stream.isatty(), sides)
    screen.blocks(document.blocks)
    if document.last is not None:
        screen.gap()
        stream.write(one_line(document.last) + "\n")


def plain(document: Document) -> str:
    """The document as it is written to a file."""
    stream = StringIO()
    print_document(document, stream)
    return stream.getvalue()


class _Screen:
    """Where blocks go. Rich is loaded when there is something that needs it."""

    def __init__(self, stream: TextIO, terminal: bool, sides: bool) -> None:
        self._stream = stream
        self._terminal = terminal
        self._colour = terminal and not os.environ.get("NO_COLOR")
        self._width = shutil.get_terminal_size((WIDTH, 40)).columns
        self._sides = sides and self._width >= SIDE_BY_SIDE
        self._opened: Console | None = None
        self._begun = False

    def blocks(self, blocks: tuple[Block, ...], previous: Block | None = None) -> None:
        for block in blocks:
            if previous is not None and _apart(previous, block):
                self.gap()
            self._draw(block)
            self._begun, previous = True, block
            if isinstance(block, Fold) and block.open:
                self.blocks(block.blocks, block)

    def gap(self) -> None:
        """An empty line, but not at the top."""
        if self._begun:
            self._stream.write("\n")

    def _draw(self, block: Block) -> None:
        if isinstance(block, Table):
            self._table(block)
            return
        if isinstance(block, Diff) and self._sides:
            self._rich(_side_by_side(block, self._width))
            return
        for row in rows(block, colour=self._colour):
            self._row(row)

    def _table(self, block: Table) -> None:
        lines = None if self._terminal else plain_table(block, self._width)
        if lines is None:
            self._rich(_table(block, self._width))
            return
        self._stream.writelines(line + "\n" for line in lines)

    def _row(self, row: Row) -> None:
        """A row; what of it is wrapped begins where its words begin."""
        sign = (row.sign, Span(" ")) if row.sign is not None else ()
        lead = (Span(" " * row.indent), *sign)
        if not self._terminal:
            self._stream.write(text((*lead, *row.line)) + "\n")
            return
        room = max(self._width - sum(len(span.text) for span in lead), LEAST)
        visible = tuple(span._replace(text=one_line(span.text)) for span in row.line)
        for number, part in enumerate(_wrap(visible, room)):
            first = lead if number == 0 else tuple(Span(" " * len(span.text)) for span in lead)
            styled = _text((*first, *part))
            styled.rstrip()
            self._console.print(styled, soft_wrap=True)

    def _rich(self, table: RichTable) -> None:
        """Print a table without spaces at the ends of its lines."""
        with self._console.capture() as captured:
            self._console.print(table)
        self._stream.write(_TRAILING.sub(r"\1", captured.get()))

    @property
    def _console(self) -> Console:
        if self._opened is None:
            from rich.console import Console

            self._opened = Console(
                file=self._stream,
                width=self._width,
                force_terminal=self._terminal,
                no_color=not self._colour,
                markup=False,
                highlight=False,
                emoji=False,
            )
        return self._opened


def _apart(previous: Block, block: Block) -> bool:
    """Whether an empty line stands between: not after a heading, nor between statements."""
    if isinstance(previous, Heading):
        return False
    return not (isinstance(previous, STATEMENTS) and isinstance(block, STATEMENTS))


def _text(spans: Line) -> Text:
    from rich.text import Text

    styled = Text(overflow="fold")
    for span in spans:
        styled.append(one_line(span.text), STYLES[span.tone])
    return styled


def _table(block: Table, width: int) -> RichTable:
    from rich.table import Table as RichTable

    table = RichTable(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
    head, *body = cell_lines(block)
    room = width - _needed_width(block, [head, *body])
    wide = [column.wide for column in block.columns]
    fits = room >= LEAST and sum(wide) <= 1
    for column, name in zip(block.columns, head, strict=True):
        table.add_column(
            text(name),
            justify="right" if column.right else "left",
            no_wrap=fits,
            ratio=1 if column.wide else None,
            overflow="fold",
        )
    for row in body:
        cells = zip(wide, row, strict=True)
        table.add_row(*(_wrap_cell(cell, room) if fits and w else _text(cell) for w, cell in cells))
    return table


def _wrap_cell(cell: Line, width: int) -> Text:
    """A cell in lines that fit, so that no word is broken where a space would do."""
    from rich.text import Text

    visible = tuple(span._replace(text=one_line(span.text)) for span in cell)
    return Text("\n").join(_text(line) for line in _wrap(visible, width))


def _needed_width(block: Table, rows: list[list[Line]]) -> int:
    """The columns on the screen that all cells need but those of wide columns."""
    from rich.cells import cell_len

    return sum(
        GAP + max(cell_len(text(row[place])) for row in rows)
        for place, column in enumerate(block.columns)
        if not column.wide
    )


def _side_by_side(block: Diff, width: int) -> RichTable:
    from rich.table import Table as RichTable

    title = next(rows(block, colour=False)).line
    half = (width - 2 * INDENT) // 2
    table = RichTable(box=None, pad_edge=False, padding=(0, INDENT, 0, 0), show_header=False)
    table.add_column(width=half, overflow="fold")
    table.add_column(width=half, overflow="fold")
    table.add_row(_text(title))
    for pair in _pairs(block.sides):
        table.add_row(*map(_text, pair))
    return table


def _pairs(sides: tuple[Side, ...]) -> Iterator[tuple[Line, Line]]:
    for side in sides:
        same = side.old == side.new
        yield _with_sign(side.old, "" if same else "-"), _with_sign(side.new, "" if same else "+")


def _with_sign(spans: Line | None, sign: str) -> Line:
    if spans is None:
        return ()
    return (Span(f"{sign or ' '} ", SIGNS[sign or " "]), *spans)


def _wrap(spans: Line, width: int) -> list[Line]:
    from lensops.render.wrap import wrap_line  # pipes and files need none

    return wrap_line(spans, width)
