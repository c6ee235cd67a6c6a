"""The deploy to a branch as docs/ci.md shows it, to a git host that asks for a token."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from support.cli import lensops
from support.githost import TOKEN, git_host
from support.repo import Repo
from support.runner import Runner

PAGE = (Path(__file__).parents[2] / "docs/ci.md").read_text()
BRANCH = "lensops/live/staging"


def shown(word: str) -> Any:
    """The YAML of the docs in which a word stands."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return YAML(typ="safe").load(next(block for block in blocks if word in block))


def test_a_release_is_pushed_by_the_step_that_has_the_token(repo: Repo, tmp_path: Path) -> None:
    targets = shown("lensops/live/staging")["targets"]
    step = next(step for step in shown("GIT_CONFIG_COUNT")["deploy"]["steps"] if "run" in step)
    (tmp_path / "host").mkdir()
    host = Repo(tmp_path / "host/shop.git", init=False)
    repo.git("init", "-q", "--bare", "-b", "main", str(host.root))
    assert lensops("init", ".", cwd=repo.root).code == 0
    manifest = (repo.root / "lensops.yaml").read_text().split("targets:")[0]
    repo.commit("Begin", {"lensops.yaml": f"{manifest}targets: {json.dumps(targets)}\n"})
    with git_host(host.root.parent) as url:
        repo.git("remote", "add", "origin", f"{url}/shop.git")
        (repo.root / "eval_results").mkdir(exist_ok=True)
        gated = lensops(
            "gate", "--replay", "--evidence", "eval_results/evidence.json", cwd=repo.root
        )
        assert gated.code == 0, gated.out + gated.err

        runner = Runner(repo.root, tmp_path / "m", {"github.token": "wrong"})
        assert runner.step(step).code == 5
        runner = Runner(repo.root, tmp_path / "m", {"github.token": TOKEN})
        done = runner.step(step)
    assert done.code == 0, done.err
    served = json.loads(host.git("show", f"{BRANCH}:current.json"))
    assert (served["sequence"], served["commit"]) == (1, repo.head())
    assert TOKEN not in (repo.root / ".git/config").read_text()
