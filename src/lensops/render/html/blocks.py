"""Blocks as HTML; every text from outside is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from lensops.render.escape import visible
from lensops.render.html.histogram import histogram
from lensops.render.html.series import series
from lensops.render.html.table import table
from lensops.report.document import (
    Block,
    Bullets,
    Diff,
    DiffLine,
    Fold,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
)
from lensops.report.page import Beside, Histogram, Series, Text, Tile, Tiles

DIFF_LINES = 200  # of one section; the command shows the rest
_TAGS = {
    Tone.CODE: "code",
    Tone.STRONG: "strong",
    Tone.ADDED_WORD: "ins",
    Tone.REMOVED_WORD: "del",
}
_SIGNS = {"+": "added", "-": "removed", "…": "muted", " ": "same"}


def text(raw: str) -> str:
    """Text that is nothing but text, in content and in quoted attributes."""
    return escape(visible(raw), quote=True)


def anchor(title: str) -> str:
    """The name that links point at."""
    return "".join(c if c.isalnum() and c.isascii() else "-" for c in title.lower())


def render_blocks(blocks: tuple[Block, ...]) -> str:
    """Blocks one after the other."""
    return "".join(_block(block) + "\n" for block in blocks)


def render_line(spans: Line) -> str:
    """A line with its tones."""
    return "".join(_span(span) for span in spans)


def _block(block: Block) -> str:
    for kind, write in _WRITERS.items():
        if isinstance(block, kind):
            return write(block)
    raise AssertionError(f"no HTML for {type(block).__name__}")


def _heading(block: Heading) -> str:
    name = f' id="{anchor(block.text)}"' if block.level == 2 else ""
    return f"<h{block.level}{name}>{text(block.text)}</h{block.level}>"


def _paragraph(block: Paragraph) -> str:
    return f"<p>{render_line(block.line)}</p>"


def _bullets(block: Bullets) -> str:
    items = "".join(f"<li>{render_line(item)}</li>" for item in block.items)
    return f'<ul class="list">{items}</ul>'


def _table(block: Table) -> str:
    return table(block, text, render_line)


def _diff(block: Diff) -> str:
    note = f' <span class="warn">({text(block.note)})</span>' if block.note else ""
    lines = "".join(_diff_lines(block.lines[:DIFF_LINES]))
    rest = len(block.lines) - DIFF_LINES
    more = f'<span class="muted">… {rest} more lines</span>' if rest > 0 else ""
    caption = f"<figcaption>{text(block.title)}{note}</figcaption>"
    return f'<figure class="diff">{caption}<pre tabindex="0">{lines}{more}</pre></figure>'


def _diff_lines(lines: tuple[DiffLine, ...]) -> Iterator[str]:
    for row in lines:
        yield f'<span class="{_SIGNS[row.sign]}">{row.sign} {render_line(row.line)}</span>\n'


def _text(block: Text) -> str:
    caption = f"<figcaption>{text(block.title)}</figcaption>"
    inner = render_line(block.text)
    return f'<figure class="text">{caption}<pre tabindex="0">{inner}</pre></figure>'


def _histogram(block: Histogram) -> str:
    return histogram(block, text)


def _series(block: Series) -> str:
    return series(block, text)


def _fold(block: Fold) -> str:
    state = " open" if block.open else ""
    summary = f"<summary>{render_line(block.summary)}</summary>"
    return f"<details{state}>{summary}\n{render_blocks(block.blocks)}</details>"


def _tiles(block: Tiles) -> str:
    return f'<div class="tiles">{"".join(map(_tile, block.tiles))}</div>'


def _tile(tile: Tile) -> str:
    kind = "tile wide" if tile.wide else "tile"
    figure = f'<p class="figure">{render_line(tile.figure)}</p>' if tile.figure else ""
    lines = "".join(f"<p>{render_line(line)}</p>" for line in tile.lines)
    inner = f"{figure}{lines}{render_blocks(tile.blocks)}"
    return f'<section class="{kind}"><h2>{text(tile.title)}</h2>{inner}</section>'


def _beside(block: Beside) -> str:
    columns = "".join(f"<div>{render_blocks(column)}</div>" for column in block.columns)
    return f'<div class="beside">{columns}</div>'


_WRITERS: dict[type, Callable[..., str]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Bullets: _bullets,
    Table: _table,
    Diff: _diff,
    Text: _text,
    Histogram: _histogram,
    Series: _series,
    Fold: _fold,
    Tiles: _tiles,
    Beside: _beside,
}


def _span(span: Span) -> str:
    inner = text(span.text)
    if span.badge:
        return f'<span class="badge {span.tone}">{inner}</span>'
    if span.tone is Tone.PLAIN or not inner:
        return inner
    if tag := _TAGS.get(span.tone):
        return f"<{tag}>{inner}</{tag}>"
    if span.tone in {Tone.ADDED, Tone.REMOVED}:
        return inner  # its line says it
    return f'<span class="{span.tone}">{inner}</span>'
