"""Evals: scores over time with the threshold, by metric, and the cases that scored worst."""

from __future__ import annotations

import streamlit as st

from lensops.dashboard.shown import TIME, chart, coloured, escape, layer, number_axis, table
from lensops.format import format_time
from lensops.report.overview import Overview
from lensops.report.overview.stored import StoredEval, StoredSuite
from lensops.report.overview.words import scored, verdict


def page(overview: Overview) -> None:
    """A suite is chosen, then one of its runs."""
    st.title("Evals")
    names = [stored.suite.name for stored in overview.latest_evals]
    if not names:
        st.info("No stored result yet: `lensops eval` writes one.")
        return
    name = st.selectbox("Suite", names)
    score_history(overview, name)
    stored = _chosen(_runs(overview, name))
    word = verdict(stored.suite)
    st.markdown(f"{coloured(word.text, word.tone)} {escape(scored(stored.suite))}")
    left, right = st.columns(2)
    with left:
        _metrics(stored.suite)
    with right:
        _cases(stored.suite)


def score_history(overview: Overview, name: str) -> None:
    """The mean score of a suite over time, and the threshold of each run."""
    rows = [
        {
            "at": stored.time.isoformat() if stored.time else None,
            "score": stored.suite.mean_score,
            "version": stored.suite.version,
            "threshold": stored.suite.threshold,
        }
        for stored in _runs(overview, name)
        if stored.suite.mean_score is not None
    ]
    st.subheader(f"Mean score of {escape(name)}")
    score = number_axis("score", "mean score", scale={"zero": False})
    location = {"x": TIME, "y": score}
    limit = {"x": TIME, "y": number_axis("threshold", "mean score")}
    chart(
        rows,
        layer("line", location),
        layer("point", {**location, "color": {"field": "version"}}, filled=True, size=60),
        layer("line", limit, strokeDash=[4, 4], color="#d33"),
    )


def _runs(overview: Overview, name: str) -> list[StoredEval]:
    return [stored for stored in overview.results.evals if stored.suite.name == name]


def _chosen(runs: list[StoredEval]) -> StoredEval:
    newest_first = list(reversed(runs))
    labels = [f"{format_time(s.time)} {s.suite.version}" for s in newest_first]
    index = st.selectbox("Run", range(len(labels)), format_func=lambda i: labels[i])
    return newest_first[index or 0]


def _metrics(run: StoredSuite) -> None:
    st.subheader("By metric")
    rows = [{"metric": name, "score": value} for name, value in run.metrics.items()]
    axes = {
        "x": number_axis("score", scale={"domain": [0, 1]}),
        "y": {"field": "metric", "type": "nominal", "title": None},
    }
    chart(rows, layer("bar", axes))


def _cases(run: StoredSuite) -> None:
    st.subheader("Cases, worst first")
    cases = sorted(run.cases, key=lambda c: -1.0 if c.aggregate is None else c.aggregate)
    table([{"case": c.id, "aggregate": c.aggregate, **c.scores} for c in cases])
