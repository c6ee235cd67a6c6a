"""`comment`: what a pull request is told, printed or put there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support import sample
from support.cli import lensops
from support.github import Host, serve
from support.repo import Repo

EVALS = """
evals:
  offer_copy:
    cases: cases.jsonl
    weights: {bleu: 1.0}
    threshold: 0.1
    min_cases: 1
"""
CASES = "".join(
    json.dumps(
        {"id": f"c{n}", "inputs": {"segment": "s", "points": n}, "reference": f"a b c d {n}"}
    )
    + "\n"
    for n in range(6)
)


@pytest.fixture
def change(project: Repo) -> Repo:
    """A branch that activates v2, with outputs recorded for both versions."""
    project.commit("Evals", {"lensops.yaml": sample.MANIFEST + EVALS, "cases.jsonl": CASES})
    outputs = "".join(
        json.dumps({"id": f"c{n}", "output": f"a b c d {n}"}) + "\n" for n in range(6)
    )
    project.write({"outputs.jsonl": outputs})
    for version in ("v1", "v2"):
        lensops("activate", version, cwd=project.root)
        done = lensops("eval", "--outputs", "outputs.jsonl", "--record", cwd=project.root)
        assert done.code == 0, done.err
    lensops("activate", "v1", cwd=project.root)
    (project.root / ".gitignore").write_text("eval_results/\nlive/\n")
    project.commit("Recordings")
    project.git("switch", "-q", "-c", "topic")
    lensops("activate", "v2", "--commit", cwd=project.root)
    return project


def test_it_tells_verdict_change_scores_and_digests(change: Repo) -> None:
    done = lensops("comment", "--base", "main", cwd=change.root)
    assert done.code == 0, done.err
    for said in (
        "### ✅ lensops gate passed",
        "1 prompt updated",
        "-You write warm offer copy.",
        "+You write punchy offer copy.",
        "| offer_copy v2 | 1.0000 | 0.1 | +0.0000 |",
        "evidence of release ",
    ):
        assert said in done.out, done.out
    assert done.out.startswith("###")
    assert len(done.out) < 60_000


def test_it_is_posted_and_updated(
    change: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host()
    server = serve(host)
    (tmp_path / "event.json").write_text(json.dumps({"pull_request": {"number": 7}}))
    for name, value in {
        "GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}",
        "GITHUB_REPOSITORY": "octo/offers",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_TOKEN": "secret-token",
    }.items():
        monkeypatch.setenv(name, value)
    for _ in range(2):
        done = lensops("comment", "--base", "main", "--post", cwd=change.root)
        assert done.code == 0, done.err
    server.shutdown()
    server.server_close()
    (comment,) = host.comments
    assert comment["body"].startswith("<!-- lensops loyalty-offers lensops.yaml -->\n### ✅")
    assert "POST /repos/octo/offers/issues/7/comments" in host.seen
    assert "secret-token" not in done.out + done.err + comment["body"]
    assert (tmp_path / "summary.md").read_text().count("### ✅") == 2


def test_hostile_names_and_prompts_stay_text(change: Repo) -> None:
    evil = "@octo/team <!-- --> ``` </details> <script> $(id) [x](javascript:y)"
    text = f"system: |\n  {evil}\nuser: '{{{{ segment }}}} {{{{ points }}}}'\n"
    change.commit("Evil", {"prompts/offer_copy/v2.yaml": text})
    body = lensops("comment", "--base", "main", cwd=change.root).out
    assert "````diff" in body, "a longer fence around"
    outside = body.split("````diff")[0] + body.split("````")[-1]
    assert "@octo" not in outside
    assert body.count("<!--") == body.count("````diff"), "only within the fence"


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "which repository is meant?"),
        ({"GITHUB_REPOSITORY": "a/b"}, "which pull request is meant?"),
    ],
)
def test_what_is_missing_is_said_before_anything_runs(
    change: Repo, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], says: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = lensops("comment", "--base", "main", "--post", cwd=change.root)
    assert (done.code, says in done.err) == (2, True)


def test_without_a_token(change: Repo) -> None:
    where = ("--repository", "a/b", "--pull-request", "1")
    done = lensops("comment", "--base", "main", "--post", *where, cwd=change.root)
    assert (done.code, "GITHUB_TOKEN" in done.err) == (2, True)
