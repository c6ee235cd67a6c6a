"""Imports of GitHub Models, Langfuse and two JSON files, from files to a gate."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lensops.errors import Exit
from support.cli import lensops
from support.origins import LANGFUSE, PAIR, PROMPT_YML
from support.repo import Repo


def imported(repo: Repo, *args: str) -> Any:
    done = lensops("import", *args, "--format", "json", cwd=repo.root)
    assert done.code == 0, done.err
    return done.json


def test_a_prompt_yml_brings_its_data_and_evaluators(repo: Repo) -> None:
    repo.commit("GitHub Models", {"notes/sum.prompt.yml": PROMPT_YML})
    report = imported(repo, "notes/sum.prompt.yml")
    refused = {row["name"]: row["reason"] for row in report["rows"] if row["reason"]}
    assert refused == {"alike": "there is no check like 'similarity'"}
    where = {row["name"]: row["location"] for row in report["rows"]}
    assert where["alike"] == "notes/sum.prompt.yml:17:5"
    assert (repo.root / "prompts/summarise/v1.prompt.yml").read_text() == PROMPT_YML
    cases = (repo.root / "evals/summarise/cases.jsonl").read_text().splitlines()
    assert json.loads(cases[0]) == {
        "id": "row-1",
        "inputs": {"input": "The cat sat."},
        "reference": "A cat sat.",
        "checks": [{"contains": "A cat sat."}],
    }
    assert lensops("validate", cwd=repo.root).code == 0


def test_an_export_of_langfuse_brings_versions_labels_and_items(repo: Repo) -> None:
    repo.commit("Export", {"export.json": json.dumps(LANGFUSE, indent=2)})
    report = imported(repo, "export.json")
    refused = {row["name"]: row["reason"] for row in report["rows"] if row["reason"]}
    assert refused.keys() >= {"held v1", "logic v1", "i2", "Offer Copy v2 region"}
    assert "a placeholder for messages" in refused["held v1"]
    assert "{{#each items}}" in refused["logic v1"]
    (prompt,) = lensops("list", "--format", "json", cwd=repo.root).json["prompts"]
    assert (prompt["name"], prompt["active"]) == ("offer-copy", "v2")
    assert [version["version"] for version in prompt["versions"]] == ["v1", "v2", "v3"]
    out = json.dumps({"id": "i1", "output": "Cheap coffee."})
    repo.write({"out.jsonl": out + "\n"})
    record = ("eval", "--outputs", "out.jsonl", "--record")
    assert lensops(*record, cwd=repo.root).code == 0
    repo.commit("Import")
    assert lensops("gate", "--replay", cwd=repo.root).code == 0


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "is none of"),
        ({"prompts": [{"name": "a", "version": "x", "prompt": "b"}]}, "is none of"),
    ],
)
def test_what_is_no_export(document: Any, says: str, repo: Repo) -> None:
    repo.write({"x.json": json.dumps(document)})
    done = lensops("import", "x.json", cwd=repo.root)
    assert (done.code, says in done.err) == (Exit.USAGE, True), done.err


def test_two_prompts_have_no_one_name(repo: Repo) -> None:
    repo.write({"export.json": json.dumps(LANGFUSE)})
    done = lensops("import", "export.json", "--name", "mine", cwd=repo.root)
    assert done.code == Exit.USAGE
    assert "has 3 prompts" in done.err


def test_two_json_files_become_a_branch_of_activations(repo: Repo) -> None:
    repo.commit("Two files", PAIR)
    report = imported(repo, "app/prompts", "--history")
    refused = {row["location"]: row["reason"] for row in report["rows"] if row["reason"]}
    assert refused == {
        "app/prompts/history.json:22:3": "the version has no file",
        "app/prompts/history.json:27:3": "activated_at is 'yesterday', which is no ISO time",
    }
    assert repo.git("status", "--porcelain") == "", "the work tree stays as it is"
    log = repo.git("log", "--reverse", "--format=%aI %s", "main..lensops/import-history")
    assert log.splitlines() == [
        "2026-03-01T08:00:00+01:00 Activate v1 of system",
        "2026-04-10T10:00:00+00:00 Activate v2 of system",
        "2026-04-11T10:00:00+00:00 Activate v1 of system",
        "2026-04-12T09:30:00+00:00 Activate v2 of system",
    ]
    again = lensops("import", "app/prompts", "--history", cwd=repo.root)
    assert again.code == Exit.USAGE
    assert "there is a branch lensops/import-history already" in again.err
