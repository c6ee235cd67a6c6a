"""A file that is edited while a model answers: the evidence names what was scored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.cli import lensops
from support.evaluated import small
from support.provider import Said, provider, verdict
from support.repo import Repo

TARGET = "targets:\n  live: {directory: live, require_gate: true}\n"
EDITS = {
    "cases.jsonl": ("Come in for soup.", "Come in for tea."),
    "lensops.yaml": ("threshold: 0.6", "threshold: 0.1"),
}


@pytest.mark.parametrize("path", EDITS)
def test_an_edit_during_the_run_is_refused_by_apply(repo: Repo, path: str, tmp_path: Path) -> None:
    evidence = tmp_path / "evidence.json"

    def edit_while_answering(asked: dict[str, Any], number: int) -> Said:
        file = repo.root / path
        file.write_text(file.read_text().replace(*EDITS[path]))
        if asked["model"] == "judge":
            return verdict("Warm.", tone=5)
        return Said("Come in for " + asked["messages"][-1]["content"].split()[-1])

    with provider(edit_while_answering) as server:
        small(repo, server.url)
        with (repo.root / "lensops.yaml").open("a") as file:
            file.write(TARGET)
        repo.commit("Add a target", {".gitignore": "eval_results/\nlive/\n"})
        gated = lensops("gate", "--base", "HEAD~1", "--evidence", evidence, cwd=repo.root)
        assert gated.code == 0, gated.out
    repo.commit("Commit the edit")
    refused = lensops("apply", "--yes", "--evidence", evidence, cwd=repo.root)
    assert refused.code == 1
    assert "it was found on other" in refused.err

    repo.git("revert", "--no-edit", "HEAD")
    applied = lensops("apply", "--yes", "--evidence", evidence, cwd=repo.root)
    assert applied.code == 0, applied.err
