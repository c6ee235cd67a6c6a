"""What is said when lensops itself is wrong: traceback, versions, how to report."""

from __future__ import annotations

import platform
import traceback

from lensops import __version__


def report() -> str:
    """The text of a bug report, made of the exception that is being handled."""
    return (
        f"{traceback.format_exc()}\n"
        "This is a bug in lensops; nothing you wrote should give a traceback.\n"
        "Please report it with the lines above and these:\n"
        f"  lensops {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
    )
