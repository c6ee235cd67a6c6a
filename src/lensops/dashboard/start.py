"""Start Streamlit on the app, in place of this process: who ends the one ends the other."""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from lensops.errors import UserError
from lensops.manifest.locate import ProjectRef

APP = Path(__file__).with_name("app.py")
SETTINGS = {
    "server.headless": "true",  # no question for an address, no browser opened unasked
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",  # tracebacks go to the terminal, not to who looks
    # the colours of the report
    "theme.light.primaryColor": "#1d55b8",
    "theme.light.backgroundColor": "#f5f6f8",
    "theme.light.secondaryBackgroundColor": "#ffffff",
    "theme.light.textColor": "#171a1f",
    "theme.dark.primaryColor": "#86b1ff",
    "theme.dark.backgroundColor": "#0e1116",
    "theme.dark.secondaryBackgroundColor": "#161b22",
    "theme.dark.textColor": "#e7ebf0",
}


def start(ref: ProjectRef, *, address: str, port: int) -> NoReturn:
    """Become the server, which runs until it is interrupted.

    Raises `UserError` without Streamlit, and where nothing can listen at the address.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise UserError(
            "the dashboard needs Streamlit", "install it: pip install 'lensops[dashboard]'"
        )
    check_port(address, port)
    location = [str(ref.directory.resolve()), *([str(ref.manifest)] if ref.manifest else [])]
    arguments = [*command(address, port), "--", *location]
    os.chdir(APP.parent)  # a project's `.streamlit/` (settings, secrets, pages) has no say
    os.execv(arguments[0], arguments)  # noqa: S606  # our own app, without a shell


def check_port(address: str, port: int) -> None:
    """Raises `UserError` where the port is in use or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            reason = (error.strerror or "not available").lower()
            hint = f"choose another one: lensops dashboard --port {port + 1}"
            raise UserError(f"cannot listen on {address}:{port}: {reason}", hint) from None


def command(address: str, port: int) -> Sequence[str]:
    """The command line without the app's own arguments.

    `-P` keeps modules of the current folder from being taken for installed ones.
    """
    settings = {**SETTINGS, "server.address": address, "server.port": str(port)}
    flags = [f"--{name}={value}" for name, value in settings.items()]
    return [sys.executable, "-P", "-m", "lensops.dashboard.serve", "run", str(APP), *flags]
