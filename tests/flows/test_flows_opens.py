"""A command works on one snapshot: it opens each file, and each object of a revision, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.cli import lensops
from support.opens import Opens, count_opens
from support.repo import Repo

BASE = ("--base", "main")
DATA = ("data/baseline.csv", "data/current.csv")
SCANS = 3  # of a data file: its head or edges, the counts, the digest
STILL: dict[str, int] = {}  # opened more often today; to be shrunk to nothing


@dataclass(frozen=True)
class Law:
    """A command, how many processes of git it may start, and what must be there first."""

    command: tuple[str, ...]
    processes: int
    needs_evidence: bool = False
    names: tuple[str, ...] = field(default=("lensops.yaml", "prompts/offer_copy/v2.yaml"))

    def __str__(self) -> str:
        return " ".join(self.command)


CASES = "evals/offer_copy/cases.jsonl"
LAWS = [
    Law(("validate",), 4),
    Law(("plan",), 4),
    Law(("plan", *BASE), 5),
    Law(("status",), 0),
    Law(("eval",), 0, names=(CASES,)),
    Law(("eval", *BASE), 2, names=(CASES,)),
    Law(("gate", *BASE), 5, names=(CASES, *DATA)),
    Law(("plan",), 4, needs_evidence=True, names=(CASES,)),
    Law(("apply", "--yes", "--target", "staging"), 5, needs_evidence=True, names=(CASES,)),
]


@pytest.fixture
def branch(repo: Repo) -> Repo:
    """The project that `init` writes, on a branch that activates v2."""
    lensops("init", cwd=repo.root)
    repo.commit("Begin the project")
    repo.git("switch", "-q", "-c", "shorter")
    assert lensops("activate", "v2", "--commit", cwd=repo.root).code == 0
    return repo


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_each_file_is_opened_once(law: Law, branch: Repo, tmp_path: Path) -> None:
    evidence = _evidence(branch, tmp_path) if law.needs_evidence else ()
    opens = count_opens(*law.command, *evidence, cwd=branch.root, scratch=tmp_path / "scratch")

    assert opens.result.code == 0, opens.result.err
    assert set(law.names) <= opens.files.keys()
    assert _too_often(opens) == {}
    assert len(opens.processes) <= law.processes, opens.processes


def _evidence(branch: Repo, folder: Path) -> Sequence[str]:
    path = folder / "evidence.json"
    assert lensops("gate", *BASE, "--evidence", path, cwd=branch.root).code == 0
    return "--evidence", str(path)


def _too_often(opens: Opens) -> dict[str, int]:
    """What was opened more often than once, data files more often than they may be scanned.

    What a target holds is no file of the project: an apply reads back what it wrote. The folder
    of the results is opened to make sure that what was written in it is on the disk.
    """
    written = (".lensops/live/", "eval_results", "drift_results")
    return {
        path: times
        for path, times in opens.again.items()
        if times > STILL.get(path, SCANS if path in DATA else 1)
        and not any(name in path for name in written)
    }
