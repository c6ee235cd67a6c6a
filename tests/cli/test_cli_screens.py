"""Whole screens at 80 and 120 columns, as they stand in `tests/screens/`.

After a change that is meant: LENSOPS_SCREENS=write pytest tests/cli/test_cli_screens.py
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.evaluated import activate, own_sample
from support.repo import Repo
from support.screens import SCREENS, as_kept, screen

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


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("name", COMMANDS)
def test_screen(sample: Repo, name: str, columns: int) -> None:
    seen = screen(sample, columns, *COMMANDS[name])
    assert seen == as_kept(f"{name}-{columns}", seen)


@pytest.mark.parametrize("file", sorted(SCREENS.glob("*.txt")), ids=lambda file: file.stem)
def test_no_line_is_wider_than_the_screen(file: Path) -> None:
    from rich.cells import cell_len

    columns = int(file.stem.rpartition("-")[2])
    assert max(cell_len(line) for line in file.read_text().splitlines()) <= columns
