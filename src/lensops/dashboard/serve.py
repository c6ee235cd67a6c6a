"""The server's process: Streamlit on the app, while the project is read for its first visitor."""

from __future__ import annotations

import sys

from streamlit.web.cli import main


def serve() -> None:
    """Run `streamlit` with this process's arguments; the app's own stand behind `--`."""
    from lensops.dashboard.reading import app_project, reading_of

    arguments = sys.argv[sys.argv.index("--") + 1 :]
    reading_of(app_project(arguments)).begin()
    main(args=sys.argv[1:], prog_name="streamlit")


if __name__ == "__main__":
    serve()
