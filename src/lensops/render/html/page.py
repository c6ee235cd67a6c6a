"""The page and its blocks; every text from outside is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from importlib.resources import files

from lensops.render.escape import visible
from lensops.render.html import charts
from lensops.report.document import (
    Block,
    Bullets,
    Diff,
    DiffLine,
    Document,
    Fold,
    Heading,
    Histogram,
    Line,
    Paragraph,
    Series,
    Span,
    Table,
    Tone,
)

DIFF_LINES = 200  # of one section; the command shows the rest
_TAGS = {
    Tone.CODE: "code",
    Tone.STRONG: "strong",
    Tone.ADDED_WORD: "ins",
    Tone.REMOVED_WORD: "del",
}
_SIGNS = {"+": "added", "-": "removed", "…": "muted", " ": "same"}


def html(document: Document, title: str) -> str:
    """The page. It has no script, so that a strict content policy may show it."""
    style = (files("lensops.render.html") / "style.css").read_text("utf-8")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"{_navigation(document)}<main>\n{_blocks(document.blocks)}</main>\n</body>\n</html>\n"
    )


def text(raw: str) -> str:
    """Text that is nothing but text, in content and in quoted attributes."""
    return escape(visible(raw), quote=True)


def _navigation(document: Document) -> str:
    titles = [b.text for b in document.blocks if isinstance(b, Heading) and b.level == 2]
    links = "".join(f'<li><a href="#{_anchor(each)}">{text(each)}</a></li>' for each in titles)
    return f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n' if links else ""


def _anchor(title: str) -> str:
    return "".join(c if c.isalnum() and c.isascii() else "-" for c in title.lower())


def _blocks(blocks: tuple[Block, ...]) -> str:
    return "".join(_block(block) + "\n" for block in blocks)


def _block(block: Block) -> str:
    for kind, write in _WRITERS.items():
        if isinstance(block, kind):
            return write(block)
    raise AssertionError(f"no HTML for {type(block).__name__}")


def _heading(block: Heading) -> str:
    anchor = f' id="{_anchor(block.text)}"' if block.level == 2 else ""
    return f"<h{block.level}{anchor}>{text(block.text)}</h{block.level}>"


def _paragraph(block: Paragraph) -> str:
    return f"<p>{_line(block.line)}</p>"


def _bullets(block: Bullets) -> str:
    return "<ul>" + "".join(f"<li>{_line(item)}</li>" for item in block.items) + "</ul>"


def _table(block: Table) -> str:
    kinds = [' class="number"' if column.right else "" for column in block.columns]
    head = "".join(
        f'<th scope="col"{kind}>{text(column.name)}</th>'
        for kind, column in zip(kinds, block.columns, strict=True)
    )
    rows = "".join(f"<tr>{_cells(kinds, row)}</tr>\n" for row in block.rows)
    table = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="Table">{table}</div>'


def _cells(kinds: list[str], row: tuple[Line, ...]) -> str:
    return "".join(f"<td{kind}>{_line(cell)}</td>" for kind, cell in zip(kinds, row, strict=True))


def _diff(block: Diff) -> str:
    note = f' <span class="warn">({text(block.note)})</span>' if block.note else ""
    lines = "".join(_diff_lines(block.lines[:DIFF_LINES]))
    rest = len(block.lines) - DIFF_LINES
    more = f'<span class="muted">… {rest} more lines</span>' if rest > 0 else ""
    caption = f"<figcaption>{text(block.title)}{note}</figcaption>"
    return f'<figure class="diff">{caption}<pre tabindex="0">{lines}{more}</pre></figure>'


def _diff_lines(lines: tuple[DiffLine, ...]) -> Iterator[str]:
    for each in lines:
        yield f'<span class="{_SIGNS[each.sign]}">{each.sign} {_line(each.line)}</span>\n'


def _histogram(block: Histogram) -> str:
    return charts.histogram(block, text)


def _series(block: Series) -> str:
    return charts.series(block, text)


def _fold(block: Fold) -> str:
    state = " open" if block.open else ""
    summary = f"<summary>{_line(block.summary)}</summary>"
    return f"<details{state}>{summary}\n{_blocks(block.blocks)}</details>"


_WRITERS: dict[type, Callable[..., str]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Bullets: _bullets,
    Table: _table,
    Diff: _diff,
    Histogram: _histogram,
    Series: _series,
    Fold: _fold,
}


def _line(spans: Line) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    inner = text(span.text)
    if span.tone is Tone.PLAIN or not inner:
        return inner
    if tag := _TAGS.get(span.tone):
        return f"<{tag}>{inner}</{tag}>"
    if span.tone in {Tone.ADDED, Tone.REMOVED}:
        return inner  # its line says it
    return f'<span class="{span.tone}">{inner}</span>'
