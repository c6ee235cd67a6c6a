"""`lensops calibrate` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from support.cli import lensops
from support.repo import Repo

EVALS = """\
evals:
  offer_copy:
    cases: evals/cases.jsonl
    weights: {bleu: 1.0}
    threshold: 0.30 # typed by hand
"""


def ratings(n: int = 300, seed: int = 1) -> str:
    """Ratings with scores that agree with them, roughly: good ones lie above 0.6."""
    random = np.random.default_rng(seed)
    quality = random.uniform(0, 1, n)
    scores = np.clip(quality + random.normal(0, 0.1, n), 0, 1)
    rows = [f"c{at},{1 + 4 * quality[at]:.2f},{scores[at]:.4f},g{at // 5}" for at in range(n)]
    return "\n".join(["id,rating,score,group", *rows]) + "\n"


@pytest.fixture
def rated(project: Repo) -> Repo:
    manifest = (project.root / "lensops.yaml").read_text()
    cases = '{"id": "c1", "inputs": {"segment": "x", "points": 1}, "reference": "a b c"}\n'
    project.write(
        {"lensops.yaml": manifest + EVALS, "evals/cases.jsonl": cases, "ratings.csv": ratings()}
    )
    return project


def test_it_says_correlation_agreement_and_threshold(rated: Repo) -> None:
    done = lensops("calibrate", "ratings.csv", "--good", "3.4", cwd=rated.root)
    assert done.code == 0, done.err
    for words in (
        "offer_copy: 300 rated outputs in 60 groups",
        "Spearman 0.9",
        "held out",
        "[calibrate] threshold=0.",
    ):
        assert words in done.out
    assert "lensops.yaml" not in rated.git("diff", "--stat", "HEAD", "--", "prompts")


def test_json_has_both_parts_and_their_intervals(rated: Repo) -> None:
    done = lensops("calibrate", "ratings.csv", "--good", "3.4", "--format", "json", cwd=rated.root)
    found = done.json
    assert found["schema"] == "lensops/calibration/v1"
    assert 0.5 < found["threshold"] < 0.7
    assert found["held_out"]["kappa"] > 0.6
    low, high = found["held_out"]["false_pass"]["interval"]
    assert low <= found["held_out"]["false_pass"]["value"] <= high
    assert found["development"]["n"] + found["held_out"]["n"] == found["n"] == 300


def test_write_changes_the_one_number(rated: Repo) -> None:
    before = (rated.root / "lensops.yaml").read_text()
    done = lensops(
        "calibrate", "ratings.csv", "--good", "3.4", "--write", "--format", "json", cwd=rated.root
    )
    assert done.code == 0, done.err
    written = f"threshold: {done.json['threshold']:.10g} # typed by hand"
    assert (rated.root / "lensops.yaml").read_text() == before.replace(
        "threshold: 0.30 # typed by hand", written
    )
    assert done.json["written"] == "evals.offer_copy.threshold of lensops.yaml"


def test_a_bounded_false_pass_rate_needs_a_higher_threshold(rated: Repo) -> None:
    def threshold(*options: str) -> float:
        done = lensops(
            "calibrate", "ratings.csv", "--good", "3.4", "--format", "json", *options,
            cwd=rated.root,
        )  # fmt: skip
        assert done.code == 0, done.err
        return float(done.json["threshold"])

    assert threshold("--max-false-pass", "0.06") > threshold()


def test_scores_of_their_own_need_no_project(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(ratings())
    done = lensops("calibrate", "r.csv", "--good", "3.4", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "scores of the ratings file" in done.out
    done = lensops("calibrate", "r.csv", "--good", "3.4", "--write", cwd=tmp_path)
    assert done.code == 2
    assert "no eval to write the threshold to" in done.err


def test_approvals_are_ratings_too(tmp_path: Path) -> None:
    rows = [{"id": at, "approved": at % 4 > 0, "score": 0.3 + 0.1 * (at % 4)} for at in range(40)]
    (tmp_path / "r.jsonl").write_text("\n".join(map(json.dumps, rows)))
    done = lensops("calibrate", "r.jsonl", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "accepted when half of the raters approve" in done.out
    assert "threshold=0.35 kappa=1.000" in done.out


@pytest.mark.parametrize(
    ("content", "options", "code", "message"),
    [
        ("id,rating,score\na,9,0.5\n", [], 2, "r.csv:2: `rating` must be a grade"),
        ("id,rating,score\na,5,0.5\n", [], 3, "accepted and"),
        ("", [], 2, "no rating in the file"),
        (None, [], 2, "cannot read the ratings r.csv"),
        (ratings(40), ["--max-false-pass", "0.001", "--good", "3"], 3, "no threshold keeps"),
        (ratings(40), ["--good", "7"], 2, "--good"),
    ],
)
def test_what_cannot_be_calibrated_is_said(
    tmp_path: Path, content: str | None, options: list[str], code: int, message: str
) -> None:
    if content is not None:
        (tmp_path / "r.csv").write_text(content)
    done = lensops("calibrate", "r.csv", *options, cwd=tmp_path)
    assert done.code == code, done.err + done.out
    assert message in done.err
    assert "Traceback" not in done.err


def test_ratings_of_other_cases_are_named(rated: Repo) -> None:
    rated.write({"r.csv": "id,rating\nzz,4\nyy,1\n", "o.jsonl": '{"id": "c1", "output": "a b"}'})
    lensops("eval", "--outputs", "o.jsonl", "--record", cwd=rated.root)
    done = lensops("calibrate", "r.csv", cwd=rated.root)
    assert done.code == 2
    assert "2 ids have a rating and are no case of the eval: zz, yy" in done.err


def test_an_unknown_eval_is_said_with_what_is_near(rated: Repo) -> None:
    done = lensops("calibrate", "ratings.csv", "--eval", "offer_coppy", cwd=rated.root)
    assert done.code == 2
    assert "did you mean 'offer_copy'?" in done.err


SUMMEVAL = Path(__file__).parents[3] / "shared/data/summeval.jsonl"
SUMMARIES = """\
version: 1
project: summaries
prompts:
  summary: {active: v1}
evals:
  summary:
    cases: cases.jsonl
    weights: {bleu: 0.5, rouge_l: 0.5}
    threshold: 0.30
"""


@pytest.mark.skipif(not SUMMEVAL.exists(), reason="SummEval is not beside the repository")
def test_real_ratings_of_experts(repo: Repo) -> None:
    """The figures of docs/gate.md; scores come from recorded outputs."""
    rows = [json.loads(line) for line in SUMMEVAL.read_text().splitlines()]
    cases = [{k: row[k] for k in ("id", "group", "reference")} | {"inputs": {}} for row in rows]
    outputs = [{k: row[k] for k in ("id", "output")} for row in rows]
    repo.write(
        {
            "lensops.yaml": SUMMARIES,
            "prompts/summary/v1.yaml": "user: Summarise it.\n",
            "cases.jsonl": "".join(json.dumps(case) + "\n" for case in cases),
            "outputs.jsonl": "".join(json.dumps(output) + "\n" for output in outputs),
        }
    )
    lensops("eval", "--outputs", "outputs.jsonl", "--record", cwd=repo.root)
    found = {}
    for rating in ("relevance", "fluency"):
        options = ("--rating", f"human.{rating}", "--format", "json")
        done = lensops("calibrate", SUMMEVAL, *options, cwd=repo.root)
        assert done.code == 0, done.err
        found[rating] = done.json
    assert (found["relevance"]["n"], found["relevance"]["groups"]) == (800, 100)
    assert found["relevance"]["spearman"] == pytest.approx(0.224, abs=5e-4)
    assert found["relevance"]["kendall"] == pytest.approx(0.162, abs=5e-4)
    assert found["relevance"]["threshold"] == pytest.approx(0.1828, abs=1e-4)
    assert found["relevance"]["held_out"]["kappa"] == pytest.approx(0.220, abs=5e-4)
    assert found["fluency"]["held_out"]["false_pass"]["value"] == pytest.approx(0.96, abs=1e-4)
