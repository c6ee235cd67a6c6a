"""What replies took and who gave them, per version and for votes, in every place of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.cli import lensops
from support.evaluated import OFFERS, small
from support.provider import Said, completion, provider, verdict
from support.repo import Repo

MODELS = {"writer": "writer-2026-01", "judge": "judge-2026-01"}


def answer(asked: dict[str, Any], number: int) -> Said:
    said = verdict("Warm.", tone=4) if asked["model"] == "judge" else Said("Come in for tea.")
    body = json.loads(completion(said, asked))
    body["model"] = MODELS[asked["model"]]
    return Said(body=json.dumps(body))


def without_usage(asked: dict[str, Any], number: int) -> Said:
    body = json.loads(answer(asked, number).body or "")
    del body["usage"]
    return Said(body=json.dumps(body))


def recorded(repo: Repo, script: Any = answer, listed: dict[str, Any] | None = None) -> None:
    with provider(script, listed) as server:
        small(repo, server.url)
        manifest = repo.root / "lensops.yaml"
        priced = manifest.read_text().replace(
            "    model: openai:writer\n",
            "    model: openai:writer\n    price: {input: 10, output: 50}\n",
        )
        manifest.write_text(priced)
        assert lensops("eval", "--record", cwd=repo.root).code == 0
    repo.commit("Recorded")


def suite(repo: Repo, *args: str) -> dict[str, Any]:
    (found,) = lensops("eval", "--replay", "--format", "json", *args, cwd=repo.root).json["evals"]
    return dict(found)


def answer_v2(repo: Repo, model: str | None = None) -> None:
    """A second version whose outputs are recorded by hand, by this model."""
    (repo.root / "prompts/copy/v2.yaml").write_text("user: Please write about {{ offer }}.\n")
    manifest = repo.root / "lensops.yaml"
    manifest.write_text(manifest.read_text().replace("active: v1", "active: v2"))
    outputs = "".join(
        json.dumps({"id": offer, "output": f"Come in for {offer} tea."}) + "\n" for offer in OFFERS
    )
    (repo.root / "out.jsonl").write_text(outputs)
    lensops("eval", "--outputs", "out.jsonl", "--record", cwd=repo.root)
    path = repo.root / "evals/copy/recordings/v2.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row | {"model": model}) + "\n" for row in rows))


def test_a_result_states_tokens_money_time_and_models(repo: Repo) -> None:
    recorded(repo)
    found = suite(repo)
    usage, votes = found["usage"], found["judge"]["usage"]
    assert (usage["tokens_in"], usage["tokens_out"], usage["models"]) == (
        400,
        80,
        ["writer-2026-01"],
    )
    assert (votes["tokens_in"], votes["tokens_out"], votes["models"]) == (
        400,
        80,
        ["judge-2026-01"],
    )
    assert usage["cost"] == pytest.approx(4 * (100 * 10 + 20 * 50) / 1e6)
    assert votes["cost"] is None  # no price is known of the judge
    assert usage["latency_p95"] > 0
    assert [case["models"] for case in found["cases"]] == [["writer-2026-01"]] * 4


def test_what_no_reply_states_is_null_and_shown_nowhere_as_nothing(repo: Repo) -> None:
    recorded(repo, without_usage)
    found = suite(repo)
    for usage in (found["usage"], found["judge"]["usage"]):
        assert (usage["tokens_in"], usage["tokens_out"], usage["tokens"]) == (None, None, None)
        assert usage["cost"] is None
    text = lensops("eval", "--replay", cwd=repo.root).out
    assert "outputs of v1: unknown tokens in, unknown out, cost unknown, 95% within" in text


def places(repo: Repo) -> dict[str, str]:
    """Every place that shows a run, as text."""
    page = repo.root / "page.html"
    commands = {
        "text": ("eval", "--replay"),
        "gate": ("gate", "--replay", "--base", "HEAD"),
        "comment": ("comment", "--replay", "--base", "HEAD"),
    }
    shown = {name: lensops(*args, cwd=repo.root).out for name, args in commands.items()}
    lensops("report", "--output", page, cwd=repo.root)
    return {**shown, "html": page.read_text()}


def test_every_place_shows_it(repo: Repo) -> None:
    recorded(repo)
    for place, text in places(repo).items():
        flat = " ".join(text.replace("&dollar;", "$").split())
        assert "400 tokens in, 80 out, $0.0080, 95% within" in flat, place
        assert "votes: 400 tokens in, 80 out, cost unknown" in flat, place
        assert "by writer-2026-01" in flat, place


@pytest.mark.parametrize("model", ["writer-2026-01", "writer-2026-09", None])
def test_versions_that_other_models_answered_are_told_apart(repo: Repo, model: str | None) -> None:
    recorded(repo)
    manifest = repo.root / "lensops.yaml"
    manifest.write_text(manifest.read_text().replace("{rouge_l: 0.5, judge: 0.5}", "{rouge_l: 1}"))
    repo.commit("No votes")
    answer_v2(repo, model)
    evidence = repo.root / "evidence.json"
    done = lensops("gate", "--replay", "--base", "main", "--evidence", evidence, cwd=repo.root)
    note = "writer-2026-09 answered v2, writer-2026-01 v1: the difference is of the models as well"
    assert (note in " ".join(done.out.split())) == (model == "writer-2026-09")
    kept = json.loads(evidence.read_text())["conditions"]["generators"]
    assert kept == {"copy": [model] if model else []}
    compared = suite(repo, "--base", "main")["regression"]
    assert compared["base_usage"]["models"] == ["writer-2026-01"]


@pytest.mark.parametrize(
    ("listed", "ends"),
    [
        ({"id": "writer", "shutdown_date": "2027-01-14"}, "2027-01-14"),  # OpenAI
        ({"id": "writer", "deprecation": "2027-03-31T12:00:00Z"}, "2027-03-31"),  # Mistral
        ({"id": "writer", "shutdown_date": None}, None),
        ({"id": "writer", "shutdown_date": "soon"}, None),
        ({"error": "no"}, None),
        (None, None),
    ],
)
def test_what_the_servers_list_says_of_the_end_is_kept(
    repo: Repo, listed: dict[str, Any] | None, ends: str | None
) -> None:
    recorded(repo, listed=listed)
    path = repo.root / "evals/copy/recordings/v1.jsonl"
    rows = [json.loads(line) for line in Path(path).read_text().splitlines()]
    assert {row.get("ends") for row in rows} == {ends}
    text = " ".join(lensops("eval", "--replay", cwd=repo.root).out.split())
    said = f"writer-2026-01 ends on {ends}, as its provider said when it was recorded"
    assert (said in text) == (ends is not None)
