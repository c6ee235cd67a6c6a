"""Prompts: the versions of a prompt with their whole texts, two side by side, and its history."""

from __future__ import annotations

import streamlit as st

from lensops.dashboard.draw import choose, draw, draw_title
from lensops.report.document import Fold, Heading, Paragraph, line
from lensops.report.outcome import warning_line
from lensops.report.overview import Overview
from lensops.report.overview.events import event_table
from lensops.report.overview.prompts import version_table
from lensops.report.overview.state import version_names
from lensops.report.overview.texts import compared_version, version_texts, versions_beside


def page(overview: Overview) -> None:
    """A prompt is chosen, then two versions."""
    draw_title("Prompts")
    names = [prompt.name for prompt in overview.active]
    if not names:
        st.info("The manifest declares no prompt.")
        return
    name = choose("Prompt", names)
    draw(version_table(overview, name))
    _draw_versions(overview, name)
    _draw_history(overview, name)


def _draw_versions(overview: Overview, name: str) -> None:
    versions = version_names(overview, name)
    prompt = next(prompt for prompt in overview.active if prompt.name == name)
    compared, _ = compared_version(overview, prompt)
    left, right = st.columns(2)
    index = versions.index(prompt.version)
    with left:
        earlier = choose("From", versions, versions.index(compared) if compared else index)
    with right:
        later = choose("To", versions, index)
    draw(
        Heading(f"{earlier} → {later}"),
        *versions_beside(overview, name, earlier, later),
        Fold(line(f"{later}, whole"), version_texts(overview, name, later)),
    )


def _draw_history(overview: Overview, name: str) -> None:
    draw(Heading("History"))
    history = overview.history
    if history is None:
        st.info("Not in a git repository, or nothing is committed: there is no history.")
        return
    if not history.complete:
        draw(Paragraph(warning_line(f"history is cut at {history.cut_at}: the clone is shallow")))
    draw(event_table(tuple(event for event in history.events if event.prompt == name)))
