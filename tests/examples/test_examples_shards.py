"""The examples for many machines: their files are sound, and their steps record as one run does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.cli import lensops
from support.docs import environment
from support.evaluated import small
from support.provider import Said, provider, verdict
from support.repo import Repo
from support.runner import read

EXAMPLES = Path(__file__).parents[2] / "examples"
GITHUB, GITLAB = EXAMPLES / "shards/github.yml", EXAMPLES / "shards/gitlab.yml"
RAY = EXAMPLES / "ray_shards/record.py"
OFFERS = tuple(f"offer{number}" for number in range(9))
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", re.MULTILINE)


def answer(asked: dict[str, Any], number: int) -> Said:
    if asked["model"] == "judge":
        return verdict("Warm.", tone=4)
    return Said("Come in for " + asked["messages"][-1]["content"].split()[-1])


def steps(job: str) -> list[str]:
    """The scripts of a job of GitHub's, but for what installs lensops."""
    listed = read(GITHUB)["jobs"][job]["steps"]
    return [step["run"] for step in listed if "run" in step and step["name"] != "Install"]


def lines(job: str) -> list[str]:
    """The script of a job of GitLab's."""
    return list(read(GITLAB)[job]["script"])


def run(scripts: list[str], repo: Repo, **variables: str) -> int:
    """The exit code of scripts as a runner runs them."""
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(scripts)],
        cwd=repo.root,
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 3), done.stdout + done.stderr
    return done.returncode


def recorded(repo: Repo) -> list[str]:
    """What the rows say, but for when and how long."""
    path = repo.root / "evals/copy/recordings/v1.jsonl"
    differing = {"at", "latency_s", "shard"}
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    bare = [{k: v for k, v in row.items() if k not in differing} for row in rows]
    return sorted(json.dumps(row, sort_keys=True) for row in bare)


def alone(repo: Repo) -> list[str]:
    """The rows of one run."""
    (repo.root / "evals/copy/recordings/v1.jsonl").unlink()
    assert lensops("eval", "--record", cwd=repo.root).code == 0
    return recorded(repo)


class TestFiles:
    def test_the_matrix_is_as_large_as_the_split(self) -> None:
        workflow = read(GITHUB)
        shards = workflow["jobs"]["record"]["strategy"]["matrix"]["shard"]
        assert shards == [*range(1, int(workflow["env"]["SHARDS"]) + 1)]

    def test_one_run_at_a_time_asks_the_provider(self) -> None:
        workflow = read(GITHUB)
        assert workflow["concurrency"] == {"group": "lensops-openai", "cancel-in-progress": False}
        record = read(GITLAB)["record"]
        assert record["resource_group"] == "openai-$CI_NODE_INDEX"

    def test_actions_are_pinned_and_scripts_hold_no_expression(self) -> None:
        text = GITHUB.read_text()
        assert len(PINNED.findall(text)) == text.count("uses: ")
        assert not any("${{" in script for job in ("record", "join") for script in steps(job))

    def test_the_key_is_of_the_step_that_records(self) -> None:
        for name, job in read(GITHUB)["jobs"].items():
            for step in job["steps"]:
                has_key = "OPENAI_API_KEY" in step.get("env", {})
                assert has_key == (step.get("name") == "Record"), (name, step)

    def test_zizmor_finds_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / ".github/workflows/record.yml"
        path.parent.mkdir(parents=True)
        path.write_text(GITHUB.read_text())
        tool = Path(sys.executable).parent / "zizmor"
        command = [tool, "--offline", "--pedantic", "--no-config", "--format=json", path]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert json.loads(done.stdout) == [], done.stderr


@pytest.mark.slow
class TestSteps:
    def test_those_of_github(self, repo: Repo) -> None:
        with provider(answer) as server:
            small(repo, server.url, OFFERS)
            for number in ("1", "2"):
                run(steps("record"), repo, SHARD=number, SHARDS="2")
                repo.git("clean", "-qfd", "evals")  # the next runner begins anew
            (repo.root / "shards").mkdir()
            for archive in repo.root.glob("shard-*.tar"):
                archive.rename(repo.root / "shards" / archive.name)
            assert run(steps("join"), repo) == 0
            assert len(server.asked) == 2 * len(OFFERS)
            assert recorded(repo) == alone(repo)

    def test_those_of_gitlab_and_a_lost_part(self, repo: Repo) -> None:
        with provider(answer) as server:
            small(repo, server.url, OFFERS)
            run(lines("record"), repo, CI_NODE_INDEX="1", CI_NODE_TOTAL="2")
            assert run(lines("join"), repo) == 3
            run(lines("record"), repo, CI_NODE_INDEX="2", CI_NODE_TOTAL="2")
            assert run(lines("join"), repo) == 0
            assert len(server.asked) == 2 * len(OFFERS)
            assert recorded(repo) == alone(repo)


@pytest.mark.slow
def test_two_workers_of_ray_record_as_one_run_does(repo: Repo) -> None:
    """Where Ray is installed: `pip install ray` in an environment that has lensops."""
    pytest.importorskip("ray")
    with provider(answer) as server:
        small(repo, server.url, OFFERS)
        command = [sys.executable, RAY, repo.root, "--shards", "4"]
        environ = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0"}
        code = "import ray, runpy, sys; start = ray.init; ray.init = lambda **k: start("
        code += "num_cpus=2, include_dashboard=False, **k); sys.argv = sys.argv[1:]; "
        code += "runpy.run_path(sys.argv[0], run_name='__main__')"
        command[1:1] = ["-c", code]
        done = subprocess.run(
            command, cwd=repo.root, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.count("exit code 0") == 4
        assert len(server.asked) == 2 * len(OFFERS)
        assert lensops("gate", "--replay", cwd=repo.root).code == 0
        assert recorded(repo) == alone(repo)
