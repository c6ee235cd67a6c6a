"""Evals: scores over time with the threshold, the parts of a run, and its cases beside another."""

from __future__ import annotations

import streamlit as st

from lensops.dashboard.draw import choose, draw, draw_title
from lensops.format import format_time, plural
from lensops.report.document import Heading, Paragraph, line
from lensops.report.overview import Overview
from lensops.report.overview.cases import TAGS, CaseRow, case_rows, case_table
from lensops.report.overview.charts import score_series
from lensops.report.overview.evals import compared_run, parts_table, suite_line, suite_notes
from lensops.report.overview.stored import StoredEval
from lensops.report.page import Beside

ROWS = 25  # cases on a page
SORTS = ("worst first", "best first", "largest change", "name")
NO_RUN = "no other run"


def page(overview: Overview) -> None:
    """A suite is chosen, then one of its runs and one to compare it with."""
    draw_title("Evals")
    names = [stored.suite.name for stored in overview.latest_evals]
    if not names:
        st.info("No stored result yet: `lensops eval` writes one.")
        return
    left, middle, right = st.columns(3)
    with left:
        name = choose("Suite", names)
    runs = {_label(stored): stored for stored in reversed(overview.suite_runs(name))}
    with middle:
        stored = runs[choose("Run", list(runs))]
    with right:
        other = _choose_other(overview, stored, runs)
    draw(
        Paragraph(suite_line(stored)),
        Beside(
            (
                (score_series(overview, name),),
                (parts_table(stored.suite), *suite_notes(stored.suite)),
            )
        ),
        Heading("Cases"),
    )
    _draw_cases(stored, other)


def _label(stored: StoredEval) -> str:
    time = f"{stored.time:%Y-%m-%d %H:%M:%S}" if stored.time else format_time(None)
    return f"{time} {stored.suite.version}"


def _choose_other(
    overview: Overview, stored: StoredEval, runs: dict[str, StoredEval]
) -> StoredEval | None:
    default = compared_run(overview, stored)
    labels = [NO_RUN, *(label for label, run in runs.items() if run is not stored)]
    index = labels.index(_label(default)) if default else 0
    return runs.get(choose("Beside", labels, index))


def _draw_cases(stored: StoredEval, other: StoredEval | None) -> None:
    rows = case_rows(stored.suite, other.suite if other else None)
    if not rows:
        draw(Paragraph(line("The stored result has no cases.")))
        return
    rows = _narrow(rows)
    left, right = st.columns([3, 1])
    with left:
        tag = st.segmented_control("Show", ["all", *TAGS], default="all") or "all"
    rows = [row for row in rows if tag == "all" or tag in row.tags]
    pages = max((len(rows) - 1) // ROWS + 1, 1)
    with right:
        number = st.number_input(f"Page of {pages}", 1, pages, 1)
    visible = rows[(number - 1) * ROWS : number * ROWS]
    draw(
        Paragraph(line(plural(len(rows), "case"))),
        case_table(visible, stored.suite, other.suite if other else None, tags=False),
    )


def _narrow(rows: list[CaseRow]) -> list[CaseRow]:
    """The rows that hold the text and belong to the group, in the order that is chosen."""
    search, group, sort = st.columns([2, 1, 1])
    with search:
        text = st.text_input("Search", placeholder="id, input, output, reference, reason").lower()
    with group:
        groups = sorted({row.case.group for row in rows if row.case.group})
        chosen = choose("Group", ["all", *groups])
    with sort:
        order = choose("Sort", list(SORTS))
    matching = [
        row for row in rows if text in row.search_text and chosen in {"all", row.case.group}
    ]
    return _sort(matching, order)


def _sort(rows: list[CaseRow], order: str) -> list[CaseRow]:
    match order:
        case "best first":
            return rows[::-1]
        case "largest change":
            return sorted(rows, key=lambda row: -abs(row.difference or 0.0))
        case "name":
            return sorted(rows, key=lambda row: row.case.id)
        case _:
            return rows
