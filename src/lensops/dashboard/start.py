"""Start Streamlit on the app, as a process of its own."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from lensops.errors import UserError

APP = Path(__file__).with_name("app.py")
SETTINGS = {
    "server.headless": "true",  # no question for an address, no browser opened unasked
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",  # tracebacks go to the terminal, not to who looks
}


def start(directory: Path, manifest: Path | None, *, address: str, port: int) -> int:
    """Serve until interrupted; gives the process's exit code.

    Raises `UserError` without Streamlit.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise UserError(
            "the dashboard needs Streamlit", "install it: pip install 'lensops[dashboard]'"
        )
    location = [str(directory.resolve())] + ([str(manifest)] if manifest else [])
    return subprocess.run([*command(address, port), "--", *location], check=False).returncode  # noqa: S603  # our own app


def command(address: str, port: int) -> Sequence[str]:
    """The command line without the app's own arguments."""
    settings = {**SETTINGS, "server.address": address, "server.port": str(port)}
    flags = [f"--{name}={value}" for name, value in settings.items()]
    return [sys.executable, "-m", "streamlit", "run", str(APP), *flags]
