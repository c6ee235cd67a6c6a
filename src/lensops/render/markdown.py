"""A document as Markdown for comments: what comes from outside stays text and cannot break out."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape as escape_html
from typing import TypeVar

from lensops.render.escape import one_line, visible
from lensops.report.document import (
    Block,
    Bullets,
    Diff,
    Document,
    Fold,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
)

BUDGET = 60_000  # characters; a comment of GitHub holds 65,536
CUT = "The rest is left out: a comment has a limit. The commands themselves show all.\n"
_MARKER = re.compile(r"^-", re.MULTILINE)  # lists with one marker in a row would become one
GAP = "\u200b"  # a space of no width: it ends a mention or a link and is not seen
# between two letters or digits, an underscore is no markup and stays readable; so is a dash
_MARKUP = re.compile(
    r"[\\`*\[\]<>~|$]|(?<![^\W_])_|_(?![^\W_])|^[-+#=](?=[-+#=]*(?:\s|$))|^\d+(?=[.)](?:\s|$))"
)
_REACHES_OUT = re.compile(r"(?i)(@|#(?=\w)|\bGH(?=-\d)|\b(?:https?|ftp|mailto)(?=:)|\bwww(?=\.))")
_BOLD = {Tone.STRONG, Tone.BAD, Tone.GOOD}
T = TypeVar("T")


def markdown(document: Document, budget: int = BUDGET) -> str:
    """The document in at most `budget` characters; the last blocks go first when it is too long."""
    last = f"\n{_code(document.last)}\n" if document.last is not None else ""
    text, _ = _join_blocks(document.blocks, budget - len(last))
    return text + last


def _join_blocks(blocks: tuple[Block, ...], room: int) -> tuple[str, bool]:
    """Blocks one after the other within the room, and whether something had to be left out."""
    parts: list[str] = []
    left = room - len(CUT) - 1
    previous, marker = None, "-"
    for block in blocks:
        text, cut = _block(block), False
        if len(text) > left:
            text, cut = _shorten_block(block, left), True
        if isinstance(block, Bullets):
            marker = "*" if previous is Bullets and marker == "-" else "-"
            text = _MARKER.sub(marker, text)
        previous = type(block)
        parts += [text] if text else []
        left -= len(text) + 1
        if cut:
            return "\n".join([*parts, CUT]), True
    return "\n".join(parts), False


def escape(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no link, no mention, one line."""
    flat = one_line(text).replace("&", "&amp;")
    return _alone(_MARKUP.sub(_escape_markup, flat))


def html(text: str) -> str:
    """The same for the inside of an HTML tag, where Markdown's marks mean nothing."""
    return _alone(escape_html(one_line(text)))


def _escape_markup(match: re.Match[str]) -> str:
    mark = match[0]
    if mark == "$":  # a backslash would not stop mathematics
        return "&dollar;"
    return f"{mark}\u200b" if mark.isdigit() else f"\\{mark}"


def _alone(text: str) -> str:
    """Nobody is mentioned, no issue is named, nothing becomes a link."""
    return _REACHES_OUT.sub(lambda match: match[0] + GAP, text)


def _block(block: Block) -> str:
    for kind, write in _WRITERS.items():
        if isinstance(block, kind):
            return write(block)
    raise AssertionError(f"no Markdown for {type(block).__name__}")


def _heading(block: Heading) -> str:
    title = re.sub(r"(?<=\s)#(?=#*\s*$)", r"\\#", escape(block.text))  # these would close it
    return f"{'#' * (block.level + 1)} {title}\n"


def _paragraph(block: Paragraph) -> str:
    return _line(block.line) + "\n"


def _bullets(block: Bullets) -> str:
    return "".join(f"- {_line(item)}\n" for item in block.items)


def _table(block: Table) -> str:
    head = [escape(column.name) or " " for column in block.columns]
    rule = ["--:" if column.right else "---" for column in block.columns]
    rows = [[_line(cell) or " " for cell in row] for row in block.rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in [head, rule, *rows])


def _diff(block: Diff) -> str:
    note = f" ({escape(block.note)})" if block.note else ""
    return f"**{escape(block.title)}**{note}\n\n" + _fence(block.unified, "diff")


def _fold(block: Fold) -> str:
    return _details(block, "\n".join(_block(inner) for inner in block.blocks))


def _details(block: Fold, inner: str) -> str:
    state = " open" if block.open else ""
    summary = _summary(block.summary)
    return f"<details{state}><summary>{summary}</summary>\n\n{inner}\n</details>\n"


_WRITERS: dict[type, Callable[..., str]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Bullets: _bullets,
    Table: _table,
    Diff: _diff,
    Fold: _fold,
}


def _line(spans: Line) -> str:
    written = "".join(_span(span, escape, _code, "**", "**") for span in spans)
    return written.strip(" \t")  # four spaces in front would make it a block of code


def _summary(spans: Line) -> str:
    return "".join(
        _span(span, html, lambda text: f"<code>{html(text)}</code>", "<b>", "</b>")
        for span in spans
    )


def _span(
    span: Span, write: Callable[[str], str], code: Callable[[str], str], bold: str, end: str
) -> str:
    """A span with its weight; the spaces around stay outside of the marks."""
    inner = span.text.strip(" ")
    if not inner:
        return span.text
    lead, _, trail = span.text.partition(inner)
    if span.tone is Tone.CODE:
        body = code(inner)
    elif span.tone in _BOLD:
        body = bold + write(inner) + end
    else:
        body = write(inner)
    return lead + body + trail


def _code(text: str) -> str:
    """Inline code, in more backticks than the text has in a row."""
    text = one_line(text).replace("|", "\u00a6")  # a bar would end a table's cell even in code
    ticks = "`" * (_longest(text) + 1)
    pad = " " if text[:1] in "` " or text[-1:] in "` " else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _fence(text: str, language: str = "") -> str:
    """A block of code in a fence longer than any in the text."""
    fence = "`" * max(3, _longest(text) + 1)
    return f"{fence}{language}\n{visible(text).removesuffix(chr(10))}\n{fence}\n"


def _longest(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _shorten_block(block: Block, room: int) -> str:
    """What of a table, a list or a fold still fits; nothing of other blocks."""
    if isinstance(block, Table):
        return _most(block.rows, lambda rows: _block(Table(block.columns, rows)), room)
    if isinstance(block, Bullets):
        return _most(block.items, lambda items: _block(Bullets(items)), room)
    if isinstance(block, Fold):
        empty = _block(Fold(block.summary, (), block.open))
        inner, _ = _join_blocks(block.blocks, room - len(empty))
        return _details(block, inner) if len(empty) + len(inner) <= room else ""
    return ""


def _most(items: tuple[T, ...], write: Callable[[tuple[T, ...]], str], room: int) -> str:
    """The longest beginning of the items whose text fits, found by halving."""
    low, high = 0, len(items)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(write(items[:middle])) <= room else (low, middle - 1)
    return write(items[:low]) if low else ""
