"""What a command puts on a real terminal, held against a file in `tests/screens/`."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from support.repo import Repo
from support.terminals import read_terminal

SCREENS = Path(__file__).parents[1] / "screens"
WRITE = os.environ.get("LENSOPS_SCREENS") == "write"  # read before the tests' own environment
DIGEST = re.compile(r"\b[0-9a-f]{10,64}\b")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


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
        hidden = hide_digests(COLOUR.sub("", read_terminal(leader)))
    return "\n".join(line.rstrip() for line in hidden.split("\n"))


def hide_digests(text: str) -> str:
    """Digests and commits made alike: they change with any file of the sample."""
    return DIGEST.sub(lambda match: "x" * len(match[0]), text)


def as_kept(name: str, seen: str, ending: str = "txt") -> str:
    """The screen of that name as it is kept; after a meant change, written anew."""
    file = SCREENS / f"{name}.{ending}"
    if WRITE:
        file.write_text(seen)
    return file.read_text()
