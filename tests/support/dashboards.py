"""A dashboard as a process of its own, on a free port of this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TENTHS = 300  # of a second, until a dashboard must answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def answers(url: str) -> bool:
    """Whether a dashboard at this address is ready."""
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@contextmanager
def serve_dashboard(root: Path, home: Path, *options: str) -> Iterator[str]:
    """The address of a dashboard of the project in `root`, which ends with the block.

    `options` are those of Python.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, *options, "-m", "lensops", "dashboard", "--port", str(port)],
        cwd=root,
        env={**os.environ, "HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(url)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _wait(url: str) -> None:
    for _ in range(TENTHS):
        if answers(url):
            return
        time.sleep(0.1)
    raise AssertionError("the dashboard did not start")
