"""Blocks as lines of toned text, for everything that is neither a table nor side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lensops.render.escape import one_line
from lensops.report.document import (
    Block,
    Bullets,
    Diff,
    Fold,
    Heading,
    Line,
    Paragraph,
    Span,
    Tone,
    line,
)

INDENT = 2
SIGN = 2  # characters of a sign with its space
SIGNS = {"-": Tone.REMOVED, "+": Tone.ADDED, "…": Tone.MUTED, " ": Tone.PLAIN}


class Row(NamedTuple):
    """A line and by how many columns it, and what of it is wrapped, stands to the right.

    `sign` stands before the line, and alone: what is wrapped begins behind it.
    """

    line: Line
    indent: int = 0
    sign: Span | None = None


def rows(block: Block, *, colour: bool) -> Iterator[Row]:
    """The rows of a block. With colour, diffs mark words; without, they are unified diffs."""
    match block:
        case Heading():
            yield Row(line(Span(block.text, Tone.STRONG)))
        case Paragraph():
            yield _hanging(block.line)
        case Bullets():
            yield from (_hanging(item, INDENT) for item in block.items)
        case Diff():
            yield from _title(block)
            yield from _marked_rows(block) if colour else _unified_rows(block)
        case Fold():
            yield _hanging(block.summary)
        case _:
            raise AssertionError(f"{type(block).__name__} is not drawn in rows")


def _hanging(spans: Line, indent: int = 0) -> Row:
    """A row whose sign, such as `✓ `, stands before everything that is wrapped."""
    if spans and len(spans[0].text) == SIGN and spans[0].text.endswith(" "):
        return Row(spans[1:], indent, spans[0]._replace(text=spans[0].text[0]))
    return Row(spans, indent)


def text(spans: Line) -> str:
    """The text of a line, made harmless."""
    return "".join(one_line(span.text) for span in spans)


def _title(block: Diff) -> Iterator[Row]:
    note = (Span(f" ({block.note})", Tone.WARN),) if block.note else ()
    yield Row((Span(block.title, Tone.STRONG), *note), INDENT)


def _marked_rows(block: Diff) -> Iterator[Row]:
    for row in block.lines:
        yield Row(row.line, INDENT, Span(row.sign, SIGNS[row.sign]))


def _unified_rows(block: Diff) -> Iterator[Row]:
    """From the first column on, so that it can be cut out and applied."""
    for text in block.unified.removesuffix("\n").split("\n") if block.unified else ():
        yield Row(line(text))
