"""Now: four figures that answer within ten seconds, and the score over time."""

from __future__ import annotations

import streamlit as st

from lensops.dashboard.shown import coloured, escape, metric
from lensops.dashboard.views.evals import score_history
from lensops.format import format_minute, format_score, format_time
from lensops.report.outcome import tone_of
from lensops.report.overview import Overview
from lensops.report.overview.words import verdict


def page(overview: Overview) -> None:
    """What is active, how it scored, whether the data moved, what went live last."""
    st.title(escape(overview.project))
    columns = st.columns(4)
    with columns[0]:
        _active(overview)
    with columns[1]:
        _score(overview)
    with columns[2]:
        _drift(overview)
    with columns[3]:
        _deploy(overview)
    for reason in overview.results.broken:
        st.warning(escape(reason))
    for stored in overview.latest_evals:
        score_history(overview, stored.suite.name)


def _active(overview: Overview) -> None:
    if not overview.active:
        metric("Active prompt", "none")
        return
    prompt = overview.active[0]
    since = f"since {escape(format_minute(prompt.event.date))}" if prompt.event else "not committed"
    more = f", and {len(overview.active) - 1} more" if len(overview.active) > 1 else ""
    metric("Active prompt", prompt.version, f"{escape(prompt.name)}{more}, {since}")


def _score(overview: Overview) -> None:
    if not overview.latest_evals:
        metric("Eval score", "–", "`lensops eval` writes one")
        return
    run = min(
        overview.latest_evals, key=lambda s: (s.suite.passed is True, format_time(s.time))
    ).suite
    word = verdict(run)
    below = f"{coloured(word.text, word.tone)} against {run.threshold:g}"
    metric("Eval score", format_score(run.mean_score), below)


def _drift(overview: Overview) -> None:
    latest = overview.latest_drift
    if latest is None:
        metric("Drift PSI", "–", "`lensops drift --output drift_report.json` writes one")
        return
    metric(
        "Drift PSI",
        format_score(latest.report.psi),
        coloured(latest.report.status.upper(), tone_of(latest.report.status)),
    )


def _deploy(overview: Overview) -> None:
    records = [(log[0], name) for name, log in overview.releases.items() if log]
    if not records:
        metric("Last deploy", "never", "`lensops apply` makes one")
        return
    record, name = max(records, key=lambda each: each[0].time)
    state = next((t.state for t in overview.targets if t.name == name), "unknown")
    tone = tone_of(state)
    day, _, time = record.time.partition("T")
    metric("Last deploy", day, f"{time[:5]} UTC, {escape(name)} {coloured(state, tone)}")
