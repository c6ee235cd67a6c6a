"""promptfoo: configurations and results, from files to a gate."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lensops.errors import Exit
from lensops.interchange.assertions import checks_of
from support.cli import lensops
from support.origins import RESULTS
from support.repo import Repo

CONFIG = """\
description: Translate offers
prompts:
  - file://prompts/chat.json
  - file://prompts/two.txt
  - |
    First line
    {% if formal %}Sir{% endif %}
  - file://make.py:create
providers:
  - id: openai:chat:gpt-4o-mini
    config: {temperature: 0.2, max_tokens: 100, apiKey: sk-secret}
  - anthropic:messages:claude-sonnet
defaultTest:
  assert:
    - {type: not-contains, value: As an AI}
tests:
  - description: Hello
    vars: {text: hello, language: [French, Spanish]}
    assert:
      - {type: icontains, value: OL}
      - {type: javascript, value: output.length < 10}
  - file://more.csv
"""
FILES = {
    "promptfooconfig.yaml": CONFIG,
    "prompts/chat.json": json.dumps(
        [
            {"role": "system", "content": "You translate to {{language}}."},
            {"role": "user", "content": "{{text}}"},
        ]
    ),
    "prompts/two.txt": "Say {{text}} in {{ language }}.\n---\nSay {{ text | upper }}\n",
    "more.csv": "text,language,__expected\nbye,French,contains: au\nok,German,gut\n",
}


@pytest.fixture
def source(repo: Repo) -> Repo:
    repo.commit("promptfoo", FILES)
    return repo


def rows(repo: Repo, *args: str) -> dict[str, dict[str, Any]]:
    done = lensops("import", "promptfooconfig.yaml", *args, "--format", "json", cwd=repo.root)
    assert done.code == 0, done.err
    assert done.json["schema"] == "lensops/import/v1"
    return {f"{row['what']} {row['name']} {row['location']}": row for row in done.json["rows"]}


def test_what_has_an_equal_comes_over_and_the_rest_is_named(source: Repo) -> None:
    found = rows(source)
    refused = {key: row["reason"] for key, row in found.items() if row["reason"]}
    assert refused == {
        "prompt file://prompts/two.txt prompts/two.txt:3": (
            "a filter, '{{ text | upper }}': the application formats values before it passes them"
        ),
        "prompt First line {% if formal %}Sir{% endif %} promptfooconfig.yaml:7": (
            "a block of template logic, '{% if formal %}': prompts have variables and no logic: "
            "let the application decide, or add a version"
        ),
        "prompt make.py:create promptfooconfig.yaml:8:5": "it runs code; prompts are texts",
        "model apiKey promptfooconfig.yaml:11:49": "no such parameter is sent",
        "model anthropic:messages:claude-sonnet promptfooconfig.yaml:12:5": (
            "a version of a prompt has one model"
        ),
        "check javascript promptfooconfig.yaml:21:9": "it runs code; nothing in a manifest does",
    }


def test_it_goes_from_files_to_a_gate(source: Repo) -> None:
    assert lensops("import", "promptfooconfig.yaml", cwd=source.root).code == 0
    sound = "✓ lensops.yaml is sound: 1 prompt, 2 versions\n"
    assert lensops("validate", cwd=source.root).out.endswith(sound)
    texts = {"hello": "Holà", "hello-2": "ola", "test-3": "au revoir", "test-4": "gut"}
    lines = [json.dumps({"id": key, "output": text}) + "\n" for key, text in texts.items()]
    source.write({"out.jsonl": "".join(lines)})
    record = ("eval", "--outputs", "out.jsonl", "--record")
    assert lensops(*record, cwd=source.root).code == 0
    source.commit("Import")
    assert lensops("gate", "--replay", cwd=source.root).code == 0
    listed = lensops("list", "--format", "json", cwd=source.root).json["prompts"]
    assert [(p["name"], p["active"]) for p in listed] == [("translate-offers", "v1")]


def test_a_secret_of_a_provider_is_not_written(source: Repo) -> None:
    assert lensops("import", "promptfooconfig.yaml", cwd=source.root).code == 0
    assert source.git("grep", "-l", "--untracked", "sk-secret") == "promptfooconfig.yaml"


def test_a_second_run_changes_nothing(source: Repo) -> None:
    assert lensops("import", "promptfooconfig.yaml", cwd=source.root).code == 0
    source.commit("Import")
    again = lensops("import", "promptfooconfig.yaml", "--format", "json", cwd=source.root)
    assert (again.code, again.json["created"], again.json["edited"]) == (0, [], False)
    assert source.git("status", "--porcelain") == ""


def test_a_dry_run_shows_the_files_and_writes_none(source: Repo) -> None:
    done = lensops("import", "promptfooconfig.yaml", "--dry-run", cwd=source.root)
    assert done.code == 0
    assert "+++ b/lensops.yaml\n" in done.out
    assert "+  translate-offers:\n" in done.out
    assert source.git("status", "--porcelain") == ""


def test_nothing_is_overwritten(source: Repo) -> None:
    mine = "# mine\nversion: 1\nproject: shop\nprompts:\n  other: {active: v1} # stays\n"
    kept = {
        "lensops.yaml": mine,
        "prompts/other/v1.md": "Hi",
        "prompts/translate-offers/v1.yaml": "user: mine\n",
    }
    source.write(kept)
    done = lensops("import", "promptfooconfig.yaml", cwd=source.root)
    assert "kept prompts/translate-offers/v1.yaml: it is there already" in done.out
    assert (source.root / "prompts/translate-offers/v1.yaml").read_text() == "user: mine\n"
    manifest = (source.root / "lensops.yaml").read_text()
    assert manifest.startswith(mine)
    assert "  translate-offers:\n    active: v1\n" in manifest


@pytest.mark.parametrize("name", ["v1.txt", "v1.prompt.yml", "v1.system.md"])
def test_a_version_that_is_there_in_another_form_stays_the_only_one(
    source: Repo, name: str
) -> None:
    path = f"prompts/translate-offers/{name}"
    source.write({path: "messages: [{role: user, content: mine}]\n"})
    done = lensops("import", "promptfooconfig.yaml", cwd=source.root)
    assert f"kept {path}: it is there already" in done.out
    versions = lensops("list", "--format", "json", cwd=source.root).json["prompts"][0]["versions"]
    assert "v1" in [row["version"] for row in versions]
    assert "has 2 files" not in lensops("validate", cwd=source.root).out


def test_a_section_in_one_line_is_not_touched(source: Repo) -> None:
    source.write({"lensops.yaml": "version: 1\nproject: shop\nprompts: {a: {active: v1}}\n"})
    done = lensops("import", "promptfooconfig.yaml", cwd=source.root)
    assert done.code == Exit.USAGE
    assert "lensops.yaml:3:10: prompts cannot be extended as it is written" in done.err
    assert "translate-offers:" in done.err


def test_outputs_of_results_become_recordings(repo: Repo) -> None:
    repo.commit("Results", {"results.json": json.dumps(RESULTS, indent=1)})
    done = lensops("import", "results.json", cwd=repo.root)
    assert done.code == 0, done.err
    repo.commit("Import")
    gated = lensops("gate", "--replay", cwd=repo.root)
    assert gated.code == 0, gated.out
    recorded = sorted((repo.root / "evals/greet/recordings").iterdir())
    assert [path.name for path in recorded] == ["v1.jsonl", "v2.jsonl"]
    assert lensops("activate", "v2", cwd=repo.root).code == 0
    assert lensops("eval", "--replay", cwd=repo.root).code == 0, "both versions have theirs"
    assert lensops("import", "results.json", cwd=repo.root).code == 0
    assert repo.git("status", "--porcelain", "evals", "prompts") == "", "a second run adds nothing"


ASSERTIONS: list[tuple[dict[str, Any], Any]] = [
    ({"type": "equals", "value": {"a": 1}}, [{"equals": {"a": 1}}]),
    ({"type": "contains", "value": 5}, [{"contains": "5"}]),
    ({"type": "contains-all", "value": ["a", "b"]}, [{"contains": "a"}, {"contains": "b"}]),
    ({"type": "contains-any", "value": ["a.b", "c"]}, [{"regex": r"a\.b|c"}]),
    ({"type": "icontains", "value": "A+"}, [{"regex": r"(?i)A\+"}]),
    ({"type": "starts-with", "value": "Hi?"}, [{"regex": r"\AHi\?"}]),
    ({"type": "regex", "value": "^a$"}, [{"regex": "^a$"}]),
    ({"type": "is-json"}, [{"valid_json": True}]),
    ({"type": "is-json", "value": {"type": "object"}}, [{"json_schema": {"type": "object"}}]),
]
REFUSED = [
    ({"type": "regex", "value": "("}, "the pattern is not one of Python's"),
    ({"type": "python", "value": "len(output)"}, "it runs code"),
    ({"type": "contains", "value": "file://x.js"}, "its value is code or a file"),
    ({"type": "contains", "value": "{{name}}"}, "its value is a template"),
    ({"type": "latency", "threshold": 5}, "it measures the call"),
    ({"type": "contains", "value": "a", "transform": "output"}, "it needs a transform"),
    ({"type": "contains"}, "it has no value"),
    ({"type": "moderation"}, "there is no check like 'moderation'"),
    ({}, "there is no check like ''"),
]


@pytest.mark.parametrize(("assertion", "checks"), ASSERTIONS, ids=lambda value: str(value)[:40])
def test_assertions_with_an_equal(assertion: dict[str, Any], checks: Any) -> None:
    assert checks_of(assertion) == checks


@pytest.mark.parametrize(("assertion", "reason"), REFUSED, ids=lambda value: str(value)[:40])
def test_assertions_without_one(assertion: dict[str, Any], reason: str) -> None:
    found = checks_of(assertion)
    assert isinstance(found, str)
    assert reason in found


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.yaml", "prompts: [a\n", "a.yaml:"),
        ("a.json", "{", "a.json:1:2: not JSON"),
        ("a.yaml", "hello: 1\n", "a.yaml is none of"),
        (
            "a.yaml",
            "prompts: ['{% x %}']\nproviders: [a]\n",
            "has no prompt that could be",
        ),
        ("a.yaml", "prompts: ['file://../../x.txt']\nproviders: []\n", "leaves the repository"),
    ],
)
def test_what_is_no_configuration(repo: Repo, name: str, text: str, says: str) -> None:
    repo.write({name: text})
    done = lensops("import", name, cwd=repo.root)
    assert done.code == Exit.USAGE
    assert says in done.err
