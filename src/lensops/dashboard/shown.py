"""Pieces that pages share: words in colour, tables, diffs; text from outside stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from lensops.plan.difference import section_changes
from lensops.prompts import Prompt
from lensops.render.escape import visible
from lensops.render.markdown import GAP
from lensops.render.markdown import escape as escape_markdown
from lensops.report.diff import diff_block
from lensops.report.document import Tone

Encoding = dict[str, Any]  # a part of a Vega-Lite specification
TIME: Encoding = {"field": "at", "type": "temporal", "title": None}
_STREAMLIT = re.compile(r":|-(?=-|\\?>)|<(?=-)")  # behind its escape, as Markdown wrote it
COLOURS = {Tone.GOOD: "green", Tone.WARN: "orange", Tone.BAD: "red"}


def escape(text: str) -> str:
    """Text that Streamlit shows as it is: it reads `:red[x]`, `:tada:`, ` -> ` and ` -- ` too."""
    return _STREAMLIT.sub(lambda match: match[0] + GAP, escape_markdown(text))


def coloured(word: str, tone: Tone) -> str:
    """Markdown of a word in its tone; the word itself says it too."""
    return f":{COLOURS[tone]}[**{escape(word)}**]" if tone in COLOURS else escape(word)


def metric(label: str, value: str, below: str = "") -> None:
    """A figure at the top: what it is, the value, a remark in Markdown that is ours."""
    with st.container(border=True):
        st.metric(escape(label), escape(value))
        st.markdown(below or "&nbsp;")


def table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows as a table that can be sorted and searched."""
    clean = [{name: _cell(value) for name, value in row.items()} for row in rows]
    st.dataframe(clean, hide_index=True, width="stretch")


def diff(before: Prompt | None, after: Prompt | None) -> None:
    """Section by section as unified diffs."""
    changes = section_changes(before, after)
    if not changes:
        st.text("no difference")
    for change in changes:
        block = diff_block(change)
        st.markdown(f"**{escape(block.title)}** {escape(block.note or '')}")
        st.code(visible(block.unified), language="diff", wrap_lines=True)


def number_axis(field: str, title: str | None = None, **more: Any) -> Encoding:
    """A quantitative channel of a chart."""
    return {"field": field, "type": "quantitative", "title": title, **more}


def layer(mark: str, axes: Encoding, **look: Any) -> Encoding:
    """A layer of a chart."""
    return {"mark": {"type": mark, "tooltip": True, **look}, "encoding": axes}


def chart(values: Iterable[Mapping[str, Any]], *layers: Encoding) -> None:
    """A Vega-Lite chart of rows, its layers drawn over each other."""
    spec = {"data": {"values": list(values)}, "layer": layers, "height": 260}
    st.vega_lite_chart(spec, width="stretch")


def _cell(value: Any) -> Any:
    return visible(value) if isinstance(value, str) else value
