"""Whole screens at 80 and 120 columns, as they stand in `tests/screens/`.

After a change that is meant: LENSOPS_SCREENS=write pytest tests/cli/test_cli_screens.py
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.evaluated import activate, own_sample
from support.repo import Repo

SCREENS = Path(__file__).parents[1] / "screens"
WRITE = os.environ.get("LENSOPS_SCREENS") == "write"  # read before the tests' own environment
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
DIGEST = re.compile(r"\b[0-9a-f]{10,64}\b")
COMMANDS = {
    "plan": ("plan", "--base", "HEAD"),
    "diff": ("diff", "v1", "v2", "--side-by-side"),
    "gate": ("gate", "--replay", "--base", "HEAD"),
    "list": ("list",),
    "validate": ("validate",),
}


@pytest.fixture
def sample(repo: Repo) -> Repo:
    own = own_sample(repo)
    activate(own, "v1")
    own.commit("Use v1")
    activate(own, "v2")
    return own


def screen(repo: Repo, columns: int, *args: str) -> str:
    """What a command puts on a real terminal of so many columns.

    Without colours and margins, and with digests made alike: they change with any file of the
    sample.
    """
    leader, follower = pty.openpty()
    env = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "lensops", *args]
    with subprocess.Popen(command, cwd=repo.root, env=env, stdout=follower, stderr=follower):
        os.close(follower)
        seen = b""
        while chunk := _read(leader):
            seen += chunk
    os.close(leader)
    text = COLOUR.sub("", seen.decode()).replace("\r\n", "\n")
    hidden = DIGEST.sub(lambda match: "x" * len(match[0]), text)
    return "\n".join(line.rstrip() for line in hidden.split("\n"))


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65_536)
    except OSError:  # the other side is closed
        return b""


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("name", COMMANDS)
def test_screen(sample: Repo, name: str, columns: int) -> None:
    seen = screen(sample, columns, *COMMANDS[name])
    file = SCREENS / f"{name}-{columns}.txt"
    if WRITE:
        file.write_text(seen)
    assert seen == file.read_text()


@pytest.mark.parametrize("file", sorted(SCREENS.glob("*.txt")), ids=lambda file: file.stem)
def test_no_line_is_wider_than_the_screen(file: Path) -> None:
    from rich.cells import cell_len

    columns = int(file.stem.rpartition("-")[2])
    assert max(cell_len(line) for line in file.read_text().splitlines()) <= columns
