"""What a model receives from an eval is what the client gives an application, form by form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lensops.client import Prompts
from lensops.prompts.digest import canonical
from support.cli import lensops
from support.corpus import GOOD, Sample
from support.provider import Said, provider
from support.repo import Repo

FORMS = {sample.form: sample for sample in reversed(GOOD)}  # the first sample of each
MANIFEST = """\
version: 1
project: shop
prompts:
  copy: {{active: v1, path: '{path}'{template}}}
evals:
  copy:
    cases: cases.jsonl
    threshold: 0
    weights: {{bleu: 1}}
    base_url: {url}
    {model}
targets: {{live: {{directory: live}}}}
"""


def write(repo: Repo, sample: Sample, url: str, model: str = "") -> None:
    case = {"id": "c1", "inputs": sample.values, "reference": "x"}
    template = f", template: {sample.template}" if sample.template else ""
    path = sample.pattern("app/prompts")
    text = MANIFEST.format(url=url, model=model, path=path, template=template)
    repo.write({f"app/prompts/{name}": data for name, data in sample.files.items()})
    repo.commit(
        "Begin",
        {
            "lensops.yaml": text,
            "cases.jsonl": json.dumps(case) + "\n",
            ".gitignore": "live/\n",
        },
    )


def served(repo: Repo) -> Any:
    assert lensops("apply", "--yes", cwd=repo.root).code == 0
    return Prompts.from_directory(repo.root / "live")["copy"]


@pytest.mark.parametrize("form", FORMS)
def test_the_client_makes_the_request_of_the_eval(form: str, repo: Repo) -> None:
    sample = FORMS[form]
    with provider(lambda asked, number: Said("Tea")) as server:
        write(repo, sample, server.url, "" if "model" in sample.body else "model: openai:small")
        result = lensops("eval", "--record", cwd=repo.root)
        assert result.code == 0, result.out + result.err
        (sent,) = server.asked
    repo.commit("Recorded")
    request = served(repo).request(**sample.values)
    assert canonical(request) == canonical(sample.body)
    if "model" not in sample.body:  # the eval's own is in the eval's request alone
        assert sent.pop("model") == "small"
    assert canonical(request) == canonical(sent)


def test_an_evals_own_model_is_in_its_request_alone(repo: Repo) -> None:
    sample = FORMS["sections"]
    with provider(lambda asked, number: Said("Tea")) as server:
        write(repo, sample, server.url, "model: openai:larger")
        assert lensops("eval", "--record", cwd=repo.root).code == 0
        (sent,) = server.asked
    repo.commit("Recorded")
    request = served(repo).request(**sample.values)
    assert (sent["model"], request["model"]) == ("larger", "gpt-4o-mini")
    assert canonical(request | {"model": ""}) == canonical(sent | {"model": ""})
