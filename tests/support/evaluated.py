"""Projects with evals: this repository's own sample, and a small one whose models answer here."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from support.repo import Repo

ROOT = Path(__file__).parents[2]
BAD = ROOT / "tests/data/offer_copy"
OFFERS = ("tea", "coffee", "cake", "soup")

MANIFEST = """\
version: 1
project: shop
prompts:
  copy: {active: v1}
evals:
  copy:
    cases: cases.jsonl
    weights: {rouge_l: 0.5, judge: 0.5}
    threshold: 0.6
    model: openai:writer
    base_url: URL
    judge:
      model: openai:judge
      base_url: URL
      rubric: {tone: 5=warm}
    limits: {retries: 1, call_timeout: 5, concurrency: 1}
"""


def own_sample(repo: Repo) -> Repo:
    """This repository's manifest, prompts, cases and recordings, committed.

    No model of it ends, so that no screen depends on the day.
    """
    for name in ("prompts", "evals", "schemas", "data"):
        shutil.copytree(ROOT / name, repo.root / name)
    text = (ROOT / "llmops.yaml").read_text() + "\nmodels: { ends: ends.json }\n"
    ends = {"llmops.yaml": text, "ends.json": '{"models": []}'}
    repo.commit("Begin", {".gitignore": "eval_results/\n", **ends})
    return repo


def activate(repo: Repo, version: str) -> None:
    """Make a version active in the work tree."""
    path = repo.root / "llmops.yaml"
    text = path.read_text().replace("active: v2", f"active: {version}")
    path.write_text(text.replace("active: v1", f"active: {version}"))


def add_bad_version(repo: Repo) -> None:
    """The loud v3 with its recordings, active in the work tree."""
    shutil.copy(BAD / "v3.yaml", repo.root / "prompts/offer_copy")
    shutil.copy(BAD / "recordings/v3.jsonl", repo.root / "evals/offer_copy/recordings")
    activate(repo, "v3")


def small(repo: Repo, url: str = "http://127.0.0.1:9/v1", offers: Sequence[str] = OFFERS) -> Repo:
    """A project without recordings, whose writer and judge are asked at an address."""
    cases = [
        json.dumps({"id": offer, "inputs": {"offer": offer}, "reference": f"Come in for {offer}."})
        for offer in offers
    ]
    repo.commit(
        "Begin",
        {
            "lensops.yaml": MANIFEST.replace("URL", url),
            "prompts/copy/v1.yaml": "user: Write about {{ offer }}.\n",
            "cases.jsonl": "\n".join(cases) + "\n",
            ".gitignore": "eval_results/\n",
        },
    )
    return repo
