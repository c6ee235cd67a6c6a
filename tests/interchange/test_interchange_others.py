"""Imports of GitHub Models, Langfuse and two JSON files, from files to a gate."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lensops.errors import Exit
from support.cli import lensops
from support.repo import Repo

PROMPT_YML = """\
name: Summarise
model: openai/gpt-4o-mini
modelParameters: {temperature: 0.3}
messages:
  - {role: system, content: You summarise notes.}
  - {role: user, content: "Summarise: {{input}}"}
testData:
  - {input: The cat sat., expected: A cat sat.}
  - {input: It rained all day., expected: Rain.}
evaluators:
  - name: has the text
    string: {contains: "{{expected}}"}
  - name: no preamble
    string: {startsWith: A}
  - name: Coherent
    uses: github/coherence
  - name: alike
    uses: github/similarity
"""


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


LANGFUSE: dict[str, Any] = {
    "prompts": [
        {
            "name": "Offer Copy",
            "version": version,
            "type": "chat",
            "prompt": [
                {"role": "system", "content": f"You write offers, wording {version}."},
                {"role": "user", "content": "For {{segment}}."},
            ],
            "labels": labels,
            "config": {"model": "gpt-4o-mini", "temperature": 0.5, "region": "eu"},
        }
        for version, labels in ((3, ["latest"]), (2, ["production", "canary"]), (1, []))
    ]
    + [
        {"name": "held", "version": 1, "prompt": [{"type": "placeholder", "name": "history"}]},
        {"name": "logic", "version": 1, "prompt": "{{#each items}}x{{/each}}"},
    ],
    "datasetItems": {
        "data": [
            {
                "id": "i1",
                "datasetName": "Offer Copy",
                "input": {"segment": "students"},
                "expectedOutput": "Cheap coffee.",
            },
            {"id": "i2", "datasetName": "other", "input": {"segment": "x"}},
        ]
    },
}


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
