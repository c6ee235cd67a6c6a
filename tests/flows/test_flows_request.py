"""What a model receives from an eval is what the client gives an application, form by form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lensops.client import Prompts
from lensops.prompts.digest import canonical
from support.cli import lensops
from support.provider import Said, provider
from support.repo import Repo

INPUTS = {"name": "Ada", "points": 3, "ends": "{{ name }}"}
FORMS = {
    "v1.yaml": r"""
system: Be kind.
user: |
  Hello {{ name }}, {{points}} points until {{ ends }} \{{ here }}.
model: openai:small
parameters: {temperature: 0.5, maxTokens: 50, stop: [END], min_p: 0.1}
output_schema: {type: object, properties: {body: {type: string}}}
tools:
  - name: get_weather
    description: The weather.
    parameters: {type: object, properties: {city: {type: string}}}
    strict: true
""",
    "v1.prompt.yml": r"""
name: greeting
model: openai:small
modelParameters: {topP: 0.9, seed: 1}
messages:
  - {role: developer, content: "Be kind."}
  - {role: user, content: "{{ name }} {{ points }} {{ ends }}", name: ada}
  - role: assistant
    tool_calls:
      - {id: c1, name: get_weather, arguments: {city: Oslo}}
  - {role: tool, content: Sun, tool_call_id: c1}
  - {role: user, content: And now?}
responseFormat: json_schema
jsonSchema: '{"name": "answer", "strict": true, "schema": {"type": "object"}}'
""",
    "v1.md": "{{ name }}, {{ points }}, {{ ends }}: $\\{{ secrets.X }}\n",
}
MANIFEST = """\
version: 1
project: shop
prompts:
  copy: {{active: v1}}
evals:
  copy:
    cases: cases.jsonl
    threshold: 0
    weights: {{bleu: 1}}
    base_url: {url}
    {model}
targets: {{live: {{directory: live}}}}
"""


def write(repo: Repo, form: str, url: str, model: str = "") -> None:
    case = {"id": "c1", "inputs": INPUTS, "reference": "x"}
    repo.commit(
        "Begin",
        {
            "lensops.yaml": MANIFEST.format(url=url, model=model),
            f"prompts/copy/{form}": FORMS[form],
            "cases.jsonl": json.dumps(case) + "\n",
            ".gitignore": "live/\n",
        },
    )


def served(repo: Repo) -> Any:
    assert lensops("apply", "--yes", cwd=repo.root).code == 0
    return Prompts.from_directory(repo.root / "live")["copy"]


@pytest.mark.parametrize("form", FORMS)
def test_the_client_makes_the_request_of_the_eval(form: str, repo: Repo) -> None:
    with provider(lambda asked, number: Said("Tea")) as server:
        write(repo, form, server.url, "" if form != "v1.md" else "model: openai:small")
        result = lensops("eval", "--record", cwd=repo.root)
        assert result.code == 0, result.out + result.err
        (sent,) = server.asked
    repo.commit("Recorded")
    request = served(repo).request(**INPUTS)
    if form == "v1.md":  # it names no model: the eval's own is in the eval's request alone
        assert sent.pop("model") == "small"
        assert "model" not in request
    assert canonical(request) == canonical(sent)


def test_an_evals_own_model_is_in_its_request_alone(repo: Repo) -> None:
    with provider(lambda asked, number: Said("Tea")) as server:
        write(repo, "v1.yaml", server.url, "model: openai:larger")
        assert lensops("eval", "--record", cwd=repo.root).code == 0
        (sent,) = server.asked
    repo.commit("Recorded")
    request = served(repo).request(**INPUTS)
    assert (sent["model"], request["model"]) == ("larger", "small")
    assert canonical(request | {"model": ""}) == canonical(sent | {"model": ""})
