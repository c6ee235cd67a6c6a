"""Exports, and that an import of an export gives the same prompt, cases and checks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lensops.errors import Exit
from lensops.manifest import read_yaml
from lensops.prompts import parse, request_body
from support.cli import lensops
from support.repo import Repo

MANIFEST = """\
version: 1
project: shop
prompts:
  copy: {active: v2}
evals:
  copy:
    cases: evals/copy/cases.jsonl
    weights: {checks: 0.5, bleu: 0.5}
    threshold: 0.5
    checks:
      - contains: coffee
      - max_words: 40
"""
CASES = [
    {
        "id": "one",
        "inputs": {"name": "Ada", "points": 5},
        "reference": "Coffee",
        "checks": [{"not_contains": "tea"}, {"json_schema": "schemas/a.json"}],
    },
    {"id": "two", "inputs": {"name": "Bo", "points": 7}, "references": ["A", "B"]},
]


@pytest.fixture
def shop(repo: Repo) -> Repo:
    repo.commit(
        "Begin",
        {
            "lensops.yaml": MANIFEST,
            "prompts/copy/v1.md": "Greet {{ name }} of {{ points }}.",
            "prompts/copy/v2.yaml": "system: Be \\{{ kind }}.\nuser: Hi {{ name }}, {{ points }}.\n"
            "model: openai:gpt-4o-mini\nparameters: {temperature: 0.2}\n",
            "evals/copy/cases.jsonl": "".join(json.dumps(case) + "\n" for case in CASES),
            "schemas/a.json": '{"type": "object"}',
        },
    )
    return repo


def test_promptfoo_gets_versions_tests_and_assertions(shop: Repo) -> None:
    done = lensops("export", "promptfoo", cwd=shop.root)
    assert done.code == 0, done.err
    config = read_yaml(done.out.encode(), "x").plain()
    assert [prompt["label"] for prompt in config["prompts"]] == ["v2", "v1"]
    chat = json.loads(config["prompts"][0]["raw"])
    assert chat[0] == {"role": "system", "content": "{% raw %}Be {{ kind }}.{% endraw %}"}
    assert config["providers"] == [{"id": "openai:gpt-4o-mini", "config": {"temperature": 0.2}}]
    assert config["defaultTest"]["assert"] == [{"type": "contains", "value": "coffee"}]
    assert config["tests"][0]["assert"] == [
        {"type": "not-contains", "value": "tea"},
        {"type": "is-json", "value": {"type": "object"}},
        {"type": "bleu", "value": "Coffee"},
    ]
    assert "left out: check max_words" in done.err


def test_github_models_get_data_and_evaluators(shop: Repo, tmp_path: Path) -> None:
    target = tmp_path / "copy.prompt.yml"
    done = lensops("export", "prompt.yml", "--output", target, cwd=shop.root)
    assert done.code == 0, done.err
    assert target.read_text() == done.out
    body = read_yaml(done.out.encode(), "x").plain()
    assert body["testData"][0] == {"name": "Ada", "points": 5, "expected": "Coffee"}
    assert body["evaluators"] == [{"name": "contains", "string": {"contains": "coffee"}}]
    assert "left out: further references of case two" in done.err
    assert "left out: literal braces" in done.err


def test_an_export_comes_back_as_it_was(shop: Repo, tmp_path: Path) -> None:
    shop.commit("No braces", {"prompts/copy/v2.yaml": "user: Hi {{ name }}, {{ points }}.\n"})
    text = lensops("export", "promptfoo", cwd=shop.root).out
    other = Repo(tmp_path / "other")
    other.commit("promptfoo", {"promptfooconfig.yaml": text})
    assert lensops("import", "promptfooconfig.yaml", cwd=other.root).code == 0
    values = {"name": "Ada", "points": 5}
    (first, *_) = sorted((other.root / "prompts/copy").iterdir())
    again = parse(first.read_bytes(), first.name, "v1")
    assert request_body(again, values)["messages"] == [{"role": "user", "content": "Hi Ada, 5."}]
    lines = (other.root / "evals/copy/cases.jsonl").read_text().splitlines()
    assert [json.loads(line)["inputs"] for line in lines] == [case["inputs"] for case in CASES]


def test_a_prompt_is_renamed_and_its_history_goes_on(shop: Repo) -> None:
    out = "".join(json.dumps({"id": c["id"], "output": "coffee"}) + "\n" for c in CASES)
    shop.write({"out.jsonl": out})
    assert lensops("eval", "--outputs", "out.jsonl", "--record", cwd=shop.root).code in {0, 1}
    (shop.root / "out.jsonl").unlink()
    shop.commit("Record")
    before = lensops("eval", "--replay", "--format", "json", cwd=shop.root).json["evals"][0]
    done = lensops("rename", "prompt", "copy", "team/offer", cwd=shop.root)
    assert done.code == 0, done.err
    manifest = (shop.root / "lensops.yaml").read_text()
    assert "  team/offer: {renamed_from: copy, active: v2}\n" in manifest
    assert "  copy:\n    prompt: team/offer\n    cases:" in manifest
    shop.commit("Rename")
    assert lensops("validate", cwd=shop.root).code == 0
    events = lensops("history", "team/offer", "--format", "json", cwd=shop.root).json["events"]
    assert [event["version"] for event in events] == ["v2"]
    after = lensops("eval", "--replay", "--format", "json", cwd=shop.root).json["evals"][0]
    assert (after["mean_score"], after["n"]) == (before["mean_score"], before["n"])
    based = lensops("gate", "--base", "HEAD~1", "--replay", "--format", "json", cwd=shop.root)
    rules = {f["rule"]: f["outcome"] for f in based.json["findings"]}
    assert rules.get("regression") == "pass", rules


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("copi", "x", "did you mean 'copy'"),
        ("copy", "a b", "the name 'a b' must begin"),
        ("copy", "copy", "there is a prompt 'copy' already"),
        ("copy", "taken", "there is a folder taken already"),
    ],
)
def test_a_name_that_cannot_be_given(old: str, new: str, says: str, shop: Repo) -> None:
    shop.commit("Taken", {"prompts/taken/v1.md": "x"})
    done = lensops("rename", "prompt", old, new, cwd=shop.root)
    assert (done.code, says in done.err) == (Exit.USAGE, True), done.err
    assert shop.git("status", "--porcelain") == ""
