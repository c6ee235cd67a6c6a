"""The app: one page a question, all of them from one reading of the project."""

from __future__ import annotations

import sys
from collections.abc import Callable

import streamlit as st

from lensops.dashboard.draw import draw as draw_blocks
from lensops.dashboard.draw import draw_style
from lensops.dashboard.reading import app_project, reading_of
from lensops.dashboard.views import drift, evals, now, prompts, targets
from lensops.errors import UserError
from lensops.render.escape import visible
from lensops.report.document import Paragraph
from lensops.report.overview import Overview
from lensops.report.overview.document import reading_time

PAGES: dict[str, Callable[[Overview], None]] = {
    "Now": now.page,
    "Prompts": prompts.page,
    "Evals": evals.page,
    "Drift": drift.page,
    "Targets": targets.page,
}


def main() -> None:
    """Draw the page that was chosen."""
    st.set_page_config("lensops", page_icon="☕", layout="wide")
    draw_style()
    reading = reading_of(app_project(sys.argv[1:]))
    try:
        with st.spinner("Reading the project …"):
            project = reading.current()
    except UserError as error:
        _draw_problem(error)
        return
    pages = [
        st.Page(_page(draw, project), title=title, url_path=title.lower(), default=title == "Now")
        for title, draw in PAGES.items()
    ]
    page = st.navigation(pages, position="top")
    st.set_page_config(page_title=f"{page.title} · {visible(project.project)} · lensops")
    page.run()


def _draw_problem(error: UserError) -> None:
    st.title("lensops")
    st.error("The project cannot be read.")
    st.text(visible(str(error)))
    st.text(visible(error.hint or ""))


def _page(draw: Callable[[Overview], None], project: Overview) -> Callable[[], None]:
    def draw_page() -> None:
        draw(project)
        draw_blocks(Paragraph(reading_time(project)))

    return draw_page


if __name__ == "__main__":
    main()
