"""The week of docs/operations.md: its commands in order, and what they must have led to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from support.cli import lensops
from support.docs import blocks, ran
from support.repo import Repo

PAGE = Path(__file__).parents[2] / "docs/operations.md"


def status(project: Repo) -> dict[str, Any]:
    targets = lensops("status", "--format", "json", cwd=project.root).json["targets"]
    return {target["name"]: target for target in targets}


@pytest.fixture
def project(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "shop")


def test_a_week(project: Repo, tmp_path: Path) -> None:
    monday, tuesday, wednesday, hotfix, merged, friday = blocks(PAGE)

    def run(block: str) -> str:
        said = ""
        for line in block.splitlines():
            code, output = ran(line.strip(), project.root, tmp_path / "where")
            assert code == 0, f"{line}\n{output}"
            said += output
        return said

    run(monday)
    assert {t["state"] for t in status(project).values()} == {"synced"}

    run(tuesday)
    now = status(project)
    assert (now["staging"]["state"], now["production"]["state"]) == ("synced", "pending")

    assert "applied release" in run(wednesday)
    assert status(project)["production"]["prompts"]["offer_copy"]["version"] == "v2"

    said = run(hotfix)
    assert said.count("hotfix offer_copy v1") == 2  # status and history
    assert status(project)["production"]["hotfix"]["reason"] == "v2 names a wrong price"
    assert status(project)["staging"]["prompts"]["offer_copy"]["version"] == "v2"

    run(merged)
    now = status(project)
    assert {t["state"] for t in now.values()} == {"synced"}
    assert [t["hotfix"] for t in now.values()] == [None, None]

    said = run(friday)
    assert "went past the rule 'after': v2 names a wrong price" in said
    assert said.count("the chain is whole") == 2
    log = lensops("log", "production", "--format", "json", cwd=project.root).json["targets"][0]
    kinds = [(entry["kind"], bool(entry["promoted_from"])) for entry in log["entries"]]
    assert kinds[0][1]
    assert not kinds[-1][1]
    assert [entry["pull_request"] for entry in log["entries"]].count(7) == 1


def test_every_message_of_the_table_is_one_that_is_said() -> None:
    table = PAGE.read_text().partition("## When something is wrong")[2]
    source = Path(__file__).parents[2] / "src/lensops"
    code = "\n".join(path.read_text() for path in source.rglob("*.py"))
    for quoted in re.findall(r'"([^"|]*)"', table):
        parts = re.split(r"…|, which production serves| \d+", quoted)
        for part in filter(None, (part.strip() for part in parts)):
            assert part in code, quoted
