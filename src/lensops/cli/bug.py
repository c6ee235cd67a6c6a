"""The message for a bug in lensops itself: traceback, versions, how to report it."""

from __future__ import annotations

import platform
import traceback

from lensops import __version__


def report() -> str:
    """The text of a bug report, from the exception that is being handled."""
    return (
        f"{traceback.format_exc()}\n"
        "This is a bug in lensops; no input of yours should cause a traceback.\n"
        "Please report it with the lines above and these:\n"
        f"  lensops {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
    )
