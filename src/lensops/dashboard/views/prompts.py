"""Prompts: the history of activations, and the difference of any two versions."""

from __future__ import annotations

import streamlit as st

from lensops.dashboard.shown import diff, escape, table
from lensops.format import format_minute, short_commit
from lensops.history import Event
from lensops.prompts.load import natural
from lensops.report.history import pull_request
from lensops.report.overview import Overview


def page(overview: Overview) -> None:
    """A prompt is chosen, then two versions."""
    st.title("Prompts")
    names = [prompt.name for prompt in overview.active]
    if not names:
        st.info("The manifest declares no prompt.")
        return
    name = st.selectbox("Prompt", names)
    _history(overview, name)
    _versions(overview, name)


def _history(overview: Overview, name: str) -> None:
    st.subheader("History")
    history = overview.history
    if history is None:
        st.info("Not in a git repository, or nothing is committed: there is no history.")
        return
    if not history.complete:
        st.warning(f"history is cut at {escape(history.cut_at or '')}: this clone is shallow")
    table([_row(event) for event in history.events if event.prompt == name])


def _row(event: Event) -> dict[str, str | None]:
    return {
        "version": event.version,
        "activated": format_minute(event.date),
        "status": event.status,
        "kind": event.kind,
        "author": event.author,
        "commit": short_commit(event.commit),
        "PR": pull_request(event),
        "subject": event.subject,
    }


def _versions(overview: Overview, name: str) -> None:
    st.subheader("Difference")
    versions = sorted((v for prompt, v in overview.versions if prompt == name), key=natural)
    active = next(prompt.version for prompt in overview.active if prompt.name == name)
    left, right = st.columns(2)
    earlier = max(versions.index(active) - 1, 0)
    before = left.selectbox("From", versions, index=earlier)
    after = right.selectbox("To", versions, index=versions.index(active))
    diff(overview.versions[name, before], overview.versions[name, after])
