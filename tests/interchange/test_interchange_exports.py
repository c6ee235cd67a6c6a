"""Exports, and that an import of an export gives the same prompt, cases and checks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lensops.errors import Exit
from lensops.evals.cases import load_cases
from lensops.files import Folder, Snapshot
from lensops.manifest import read_yaml
from lensops.prompts import load_prompt, request_body
from support import faults
from support.cli import lensops
from support.forked import run_forked
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
      - min_chars: 1
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
    assert config["defaultTest"] == {
        "threshold": 0.5,
        "assert": [
            {"type": "contains", "value": "coffee"},
            {"type": "word-count", "value": {"max": 40}},
        ],
    }
    assert config["tests"][0]["assert"] == [
        {"type": "not-contains", "value": "tea"},
        {"type": "is-json", "value": {"type": "object"}},
        {"type": "bleu", "value": "Coffee"},
    ]
    assert "left out: temperature of v1: a provider has one for all versions" in done.err
    assert "left out: check min_chars" in done.err


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


BOTH = """\
version: 1
project: shop
prompts:
  copy: {active: v1}
evals:
  copy:
    cases: evals/copy/cases.jsonl
    weights: {bleu: 0.33, judge: 0.33, checks: 0.34}
    threshold: 0.6
    model: openai:gpt-5
    samples: 2
    limits: {concurrency: 3}
    judge: {rubric: {tone: Warm. 5=warm}}
    checks:
      - contains: coffee
      - min_words: 2
"""
PROMPTS = {
    "v1.yaml": r"""
system: 'Be \{{ kind }}, {% x, { y: 1 } and {{ name }}.'
user: Hi {{ name }}, {{ points }}.
model: openai:gpt-5
parameters: {temperature: 0.2, max_tokens: 9}
tools: [{name: f, parameters: {type: object}}]
output_schema: {type: object}
""",
    "v2.yaml": """
messages:
  - {role: user, content: "A {{ name }} {{ points }}"}
  - {role: assistant, content: B}
  - {role: user, content: C}
model: openai:gpt-5
modelParameters: {temperature: 0.2, max_tokens: 9}
tools: [{name: f, parameters: {type: object}}]
jsonSchema: '{"type": "object"}'
""",
}


def test_what_both_can_say_comes_back_as_it_was(shop: Repo, tmp_path: Path) -> None:
    shop.git("rm", "-qr", "prompts")
    files = {f"prompts/copy/{name}": text for name, text in PROMPTS.items()}
    shop.commit("Both", {"lensops.yaml": BOTH, **files})
    exported = lensops("export", "promptfoo", cwd=shop.root)
    assert (exported.code, exported.err) == (0, "")
    other = Repo(tmp_path / "other")
    other.commit("promptfoo", {"promptfooconfig.yaml": exported.out})
    assert lensops("import", "promptfooconfig.yaml", cwd=other.root).code == 0
    for name in ("v1", "v2"):
        here, there = (load_prompt(Folder(repo.root), "copy", name) for repo in (shop, other))
        assert here == there
    cases = (repo.root / "evals/copy/cases.jsonl" for repo in (shop, other))
    first, second = (load_cases(Snapshot(Folder(p.parent)), p.name) for p in cases)
    known = [(c.id, c.inputs, c.references) for c in second]
    assert known == [(c.id, c.inputs, c.references) for c in first]
    entries = [read_yaml((r.root / "lensops.yaml").read_bytes(), "x") for r in (shop, other)]
    suites = [entry.get("evals", "copy").plain() for entry in entries]
    assert suites[0] == suites[1]


def test_a_file_of_github_models_comes_back_as_it_was(shop: Repo, tmp_path: Path) -> None:
    text = PROMPTS["v2.yaml"].replace("tools: [{name: f, parameters: {type: object}}]\n", "")
    text = text.replace("openai:", "openai/")
    shop.git("rm", "-qr", "prompts")
    manifest = BOTH.replace("v1}", "v2}").replace("judge: 0.33, ", "").replace("0.34", "0.67")
    manifest = manifest.replace("    judge: {rubric: {tone: Warm. 5=warm}}\n", "")
    shop.commit("Both", {"lensops.yaml": manifest, "prompts/copy/v2.yaml": text})
    exported = lensops("export", "prompt.yml", cwd=shop.root)
    assert exported.code == 0, exported.err
    said = {line.removeprefix("left out: ") for line in exported.err.splitlines()}
    assert said == {
        "checks of case one",
        "further references of case two",
        "check min_words",
        "threshold of the eval",
    }
    other = Repo(tmp_path / "other")
    other.commit("GitHub", {"copy.prompt.yml": exported.out})
    done = lensops("import", "copy.prompt.yml", cwd=other.root)
    assert done.code == 0, done.err
    here = load_prompt(Folder(shop.root), "copy", "v2")
    there = load_prompt(Folder(other.root), "copy", "v1")
    assert request_body(there, {"name": 1, "points": 2}) == (
        request_body(here, {"name": 1, "points": 2})
    )


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
        ("copy", "taken", "there is prompts/taken already"),
        ("copy", "copy/x", "prompts/copy/x lies in prompts/copy, which moves"),
        ("copy", "taken/v1.md/x", "cannot move copy to x: "),
    ],
)
def test_a_name_that_cannot_be_given(old: str, new: str, says: str, shop: Repo) -> None:
    shop.commit("Taken", {"prompts/taken/v1.md": "x"})
    done = lensops("rename", "prompt", old, new, cwd=shop.root)
    assert (done.code, says in done.err) == (Exit.USAGE, True), done.err
    assert shop.git("status", "--porcelain") == ""


def test_the_folder_of_another_prompt_does_not_move_along(shop: Repo) -> None:
    text = MANIFEST.replace("copy: {active: v2}", "copy: {active: v2}\n  copy/b: {active: v1}")
    shop.commit("Inside", {"lensops.yaml": text, "prompts/copy/b/v1.md": "x"})
    done = lensops("rename", "prompt", "copy", "other", cwd=shop.root)
    assert (done.code, "the prompt copy/b lies in prompts/copy" in done.err) == (Exit.USAGE, True)
    assert shop.git("status", "--porcelain") == ""


def test_a_manifest_that_cannot_be_written_moves_nothing(shop: Repo) -> None:
    done = run_forked(faults.starve, 20, "rename", "prompt", "copy", "other", cwd=shop.root)
    assert (done.code, "cannot write lensops.yaml" in done.err) == (Exit.USAGE, True), done.err
    assert shop.git("status", "--porcelain") == ""


def test_a_prompt_with_a_path_and_a_slash_is_renamed(shop: Repo) -> None:
    text = MANIFEST.replace("copy: {active: v2}", 'team/copy: {path: "app/{version}", active: v2}')
    shop.git("mv", "prompts/copy", "app")
    shop.commit("Elsewhere", {"lensops.yaml": text.replace("  copy:\n", "  team/copy:\n")})
    versions = (shop.root / "app/v1.md").read_bytes(), (shop.root / "app/v2.yaml").read_bytes()
    done = lensops("rename", "prompt", "team/copy", "offer", cwd=shop.root)
    assert done.code == 0, done.err
    manifest = read_yaml((shop.root / "lensops.yaml").read_bytes(), "x")
    assert manifest.get("prompts", "offer").plain()["renamed_from"] == "team/copy"
    assert manifest.get("evals", "team/copy", "prompt").plain() == "offer"
    assert ((shop.root / "app/v1.md").read_bytes(), (shop.root / "app/v2.yaml").read_bytes()) == (
        versions
    )
    shop.commit("Rename")
    assert lensops("validate", cwd=shop.root).code == 0
    shop.commit("In place", {"app/v2.yaml": "user: other {{ name }} {{ points }}\n"})
    assert "released version changed in place" in lensops("validate", cwd=shop.root).out
