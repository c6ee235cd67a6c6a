"""Targets: how each one stands, and the releases of its log."""

from __future__ import annotations

import streamlit as st

from lensops.dashboard.shown import coloured, escape, table
from lensops.format import short_digest
from lensops.release import Record
from lensops.report.outcome import tone_of
from lensops.report.overview import Overview


def page(overview: Overview) -> None:
    """Target by target."""
    st.title("Targets")
    for target in overview.targets:
        state = coloured(target.state, tone_of(target.state))
        st.subheader(f"{escape(target.name)} {state}")
        st.caption(escape(target.where))
        for problem in target.problems:
            st.warning(escape(problem))
        records = overview.releases.get(target.name, ())
        if records:
            table([_row(record) for record in records])
        else:
            st.info("Nothing was applied here yet.")


def _row(record: Record) -> dict[str, str | int]:
    return {
        "sequence": record.sequence,
        "kind": record.kind,
        "applied": record.time.replace("T", " ")[:16],
        "by": record.actor,
        "release": short_digest(record.release),
        "commit": (record.commit or "")[:10],
        "prompts": ", ".join(f"{n} {served.version}" for n, served in record.prompts.items()),
    }
