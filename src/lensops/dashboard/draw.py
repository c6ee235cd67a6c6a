"""Draw the blocks of the report in Streamlit: the same words, colours and charts on both pages."""

from __future__ import annotations

import re

import streamlit as st

from lensops.render.html import render_blocks, style, with_images
from lensops.render.markdown import GAP
from lensops.render.markdown import escape as escape_markdown
from lensops.report.document import Block, Heading

# behind its escape, as Markdown wrote it: it reads `:red[x]`, `:tada:`, ` -> ` and ` -- ` too
_STREAMLIT = re.compile(r":|-(?=-|\\?>)|<(?=-)")
PAGE_STYLE = """
.stMainBlockContainer { padding: 4rem 24px 2rem; max-width: 1328px; }
.stApp .lensops { color-scheme: inherit; }
.stApp .lensops h1 { margin-top: 0; }
.stApp .lensops img { width: 100%; height: auto; display: block; }
.stApp .lensops .chart img { min-width: 26rem; }
.stApp .lensops p, .stApp .lensops li { font-size: 14px; }
.stApp .lensops .tile p { font-size: 13px; } .stApp .lensops .tile .figure { font-size: 24px; }
.stApp .lensops ul { padding-left: 0; }
.stApp .lensops h2 { margin-top: 16px; }
.stApp .lensops .tile h2 { margin-top: 0; }
"""


def draw(*blocks: Block) -> None:
    """Blocks as the report has them; every text in them is escaped there."""
    st.html(with_images(f'<div class="lensops">{render_blocks(blocks)}</div>'))


def draw_style() -> None:
    """The report's rules, and what fits Streamlit's own page to them."""
    st.html(f"<style>{style()}{PAGE_STYLE}</style>")


def draw_title(title: str) -> None:
    """The heading of a page."""
    draw(Heading(title, 1))


def escape(text: str) -> str:
    """Text that a label of Streamlit shows as it is."""
    return _STREAMLIT.sub(lambda match: match[0] + GAP, escape_markdown(text))


def choose(label: str, options: list[str], index: int = 0) -> str:
    """One of the options, which may be typed to be found."""
    return st.selectbox(label, options, index=index) or options[index]
