"""Markdown: hostile text stays text for a real CommonMark reader, and the budget holds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from lensops.render.markdown import CUT, markdown
from lensops.report.document import (
    Block,
    Bullets,
    Column,
    Diff,
    Document,
    Fold,
    Heading,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = [
    "a `tick` b",
    "```\nfence",
    "````",
    "$(rm -rf /)",
    "@team please merge",
    "<!-- lensops -->",
    "--> <script>alert(1)</script>",
    "</details></summary><h1>",
    "![x](https://example.org/x.png)",
    "[x](javascript:alert(1))",
    "**bold** _it_ ~~gone~~",
    "| cell | cell |",
    "fixes #12 and GH-3",
    "https://example.org www.example.org",
    "# heading",
    "- item",
    "1. item",
    "=====",
    "&lt;b&gt; &amp;",
    "line\nbreak\r\nand \x1b[31m red",
    "\\` \\[x](y)",
    "\u202egnp.exe",
    "$x$ and $$y$$",
    "    indented",
    "---",
    "## heading",
    "___",
    "\n\n*first* | and last\n\n",
    "*lines*\n\n",
    "a__b__c _ d__",
]


def everywhere(text: str) -> list[tuple[str, Block]]:
    toned = line(Span(text), " ", Span(text, Tone.STRONG), " ", Span(text, Tone.CODE))
    return [
        ("heading", Heading(text)),
        ("paragraph", Paragraph(toned)),
        ("bullets", Bullets((toned,))),
        ("table", Table((Column(text), Column("b")), ((toned, line("x")),))),
        ("diff", Diff(text, (), f"+{text}\n", note=text)),
        ("fold", Fold(toned, (Paragraph(line("inside")),))),
    ]


def flat(tokens: list[Token]) -> list[Token]:
    return [each for token in tokens for each in (token, *flat(token.children or []))]


def harmful(text: str) -> list[str]:
    """Tokens that no report writes: links, pictures, HTML other than our own tags."""
    ours = re.compile(r"</?(details( open)?|summary|b|code)>")
    found = []
    for token in flat(READER.parse(text)):
        if token.type in {"link_open", "image", "s_open", "em_open"}:
            found.append(token.type)
        elif token.type in {"html_block", "html_inline"}:
            rest = ours.sub("", token.content)
            found += [token.content] if "<" in rest or ">" in rest else []
    return found


def outside_code(text: str) -> str:
    """What GitHub looks at for mentions: everything but code."""
    tokens = flat(READER.parse(text))
    parts = [token.content for token in tokens if token.type in {"text", "html_block"}]
    return re.sub(r"<code>.*?</code>", "", "\n".join(parts))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    for place, block in everywhere(text):
        written = markdown(Document((block, Paragraph(line("after")))))
        assert harmful(written) == [], place
        assert written.rstrip().endswith("after"), place
        assert flat(READER.parse(written))[-3:][1].content == "after", f"{place} broke out"
        assert not re.search(r"@\w|#\d|GH-\d|https?:/|www\.\w", outside_code(written)), place


@given(st.text("`*_[]()<>!#@|~-\\ a1\n$&", max_size=30))
def test_any_text_stays_text(text: str) -> None:
    for place, block in everywhere(text):
        written = markdown(Document((block, Paragraph(line("after")))))
        assert harmful(written) == [], place
        assert flat(READER.parse(written))[-3:][1].content == "after", f"{place} broke out"


@given(st.text("`*_[]()<>!#@|~-+=\\ 1.)a\n$&", max_size=30).filter(str.strip))
def test_no_text_changes_the_blocks(text: str) -> None:
    for (place, block), (_, plain) in zip(everywhere(text), everywhere("a"), strict=True):
        written, expected = markdown(Document((block,))), markdown(Document((plain,)))
        assert [each.type for each in READER.parse(written)] == [
            each.type for each in READER.parse(expected)
        ], place


@pytest.mark.parametrize("text", ["a ##", "a #", "C#", "# a #b #"])
def test_a_heading_keeps_its_last_characters(text: str) -> None:
    (heading,) = [
        each for each in READER.parse(markdown(Document((Heading(text),)))) if each.children
    ]
    shown = "".join(token.content for token in heading.children or [])
    assert shown.replace("\u200b", "") == text


def test_text_is_shown_as_it_is() -> None:
    text = "offer_copy *new* <b> & `x` #5 1.5% a|b"
    (paragraph,) = [
        token
        for token in READER.parse(markdown(Document((Paragraph(line(text)),))))
        if token.children
    ]
    shown = "".join(token.content for token in paragraph.children or [])
    assert shown.replace("\u200b", "") == text


def test_a_cell_stays_a_cell() -> None:
    table = Table((Column("a"), Column("b")), ((line("x|y"), line(Span("p|q", Tone.CODE))),))
    tokens = READER.parse(markdown(Document((table,))))
    assert sum(token.type == "td_open" for token in tokens) == 2


@pytest.mark.parametrize("budget", [500, 2_000, 60_000])
def test_the_budget_holds_and_the_cut_is_said(budget: int) -> None:
    rows = tuple((line(f"case {i}"), line("text " * 5)) for i in range(5_000))
    blocks: tuple[Block, ...] = (
        Heading("Gate failed"),
        Fold(line("cases"), (Table((Column("case"), Column("text")), rows),)),
        Paragraph(line("never reached")),
    )
    written = markdown(Document(blocks, last="[gate] FAILED"), budget)
    assert len(written) <= budget
    assert "### Gate failed" in written
    assert CUT.strip() in written
    assert written.endswith("`[gate] FAILED`\n")
    assert written.count("<details") == written.count("</details>")
    assert harmful(written) == []


def test_a_short_document_is_whole() -> None:
    written = markdown(Document((Heading("Title", 1), Paragraph(line("Text.")))))
    assert written == "## Title\n\nText.\n"


def test_a_dollar_is_read_as_one_and_begins_no_formula() -> None:
    text = markdown(Document((Paragraph(line("costs $5, or $x$")),)))
    assert "$" not in text
    assert outside_code(text) == "costs $5, or $x$"
