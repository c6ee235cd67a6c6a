"""The app: one page a question, all of them from one reading of the project."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from lensops.dashboard.views import drift, evals, now, prompts, targets
from lensops.errors import UserError
from lensops.flows.overview import overview
from lensops.render.escape import visible
from lensops.report.overview import Overview

FRESH = 10  # seconds that a reading is shown before the project is read again
PAGES: dict[str, Callable[[Overview], None]] = {
    "Now": now.page,
    "Evals": evals.page,
    "Drift": drift.page,
    "Prompts": prompts.page,
    "Targets": targets.page,
}


@st.cache_resource(ttl=FRESH, show_spinner="Reading the project …")
def read(directory: str, manifest: str | None) -> Overview:
    """The project. A `UserError` is not kept: once mended, the project is shown at once."""
    return overview(Path(directory), Path(manifest) if manifest else None)


def main() -> None:
    """Draw the page that was chosen."""
    st.set_page_config("lensops", page_icon="☕", layout="wide")
    directory, manifest = (*sys.argv[1:3], None, None)[:2]
    try:
        found = read(directory or ".", manifest)
    except UserError as error:
        _problem(error)
        return
    chosen = [
        st.Page(_drawn(draw, found), title=title, url_path=title.lower(), default=title == "Now")
        for title, draw in PAGES.items()
    ]
    st.navigation(chosen, position="top").run()


def _problem(error: UserError) -> None:
    st.title("lensops")
    st.error("The project cannot be read.")
    st.text(visible(str(error)))
    st.text(visible(error.hint or ""))


def _drawn(draw: Callable[[Overview], None], found: Overview) -> Callable[[], None]:
    def drawn() -> None:
        draw(found)

    return drawn


if __name__ == "__main__":
    main()
