"""Pass, fail and inconclusive as whole screens, and the docs that show parts of them.

After a change that is meant: LENSOPS_SCREENS=write pytest tests/cli/test_cli_gate_screens.py
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.evaluated import add_bad_version, own_sample
from support.repo import Repo
from support.screens import SCREENS, as_kept, screen

DOCS = Path(__file__).parents[2] / "docs/gate.md"


@pytest.fixture
def sample(repo: Repo) -> Repo:
    return own_sample(repo)


def test_pass(sample: Repo) -> None:
    seen = screen(sample, 120, "gate", "--replay")
    assert seen == as_kept("gate-pass-120", seen)


def test_fail(sample: Repo) -> None:
    add_bad_version(sample)
    seen = screen(sample, 120, "gate", "--replay")
    assert seen == as_kept("gate-fail-120", seen)


def test_inconclusive(sample: Repo) -> None:
    path = sample.root / "evals/offer_copy/recordings/v2.jsonl"
    rows = path.read_text().splitlines(keepends=True)
    path.write_text("".join(rows[:60]))  # answers and grades of 30 of the 50 cases
    seen = screen(sample, 120, "gate")
    assert seen == as_kept("gate-inconclusive-120", seen)


def test_the_docs_show_what_is_seen() -> None:
    kept = "".join(file.read_text() for file in SCREENS.glob("gate-*-120.txt"))
    shown = re.findall(r"^```text\n(.*?)^```", DOCS.read_text(), re.MULTILINE | re.DOTALL)
    assert len(shown) == 3
    for line in "".join(shown).splitlines():
        assert line in kept or line == "…", line
