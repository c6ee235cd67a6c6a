"""Every step of the gate, drift, comment and deploy jobs, run in order in a fresh clone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lensops.flows.init import github_workflow
from support.cli import Result, lensops
from support.events import event
from support.github import Host, serve
from support.repo import Repo
from support.runner import Runner, read

ROOT = Path(__file__).parents[2]
FORK = {
    "github.token": "t",
    "github.event.pull_request.head.repo.full_name == github.repository && '--post' || ''": "",
}
TOKEN = {"github.token": "t"}
VARIABLES = {"GITHUB_REF_NAME": "main"}
NASTY = "$(touch${IFS}pwned)-`touch${IFS}pwned`;touch${IFS}pwned"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository as a host has it, its main at the commit that is checked out here."""
    if not (ROOT / ".git").exists():
        pytest.skip("the source is not a git repository")
    host = tmp_path_factory.mktemp("host") / "lensops.git"
    git("clone", "--quiet", "--bare", ROOT.as_uri(), str(host), cwd=ROOT)
    head = git("rev-parse", "HEAD", cwd=ROOT)
    git("update-ref", "--no-deref", "refs/heads/main", head, cwd=host)
    git("symbolic-ref", "HEAD", "refs/heads/main", cwd=host)
    return host


def git(*args: str, cwd: Path) -> str:
    done = subprocess.run(["git", *args], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def clone(host: Path, folder: Path) -> Repo:
    """A clone as `actions/checkout` makes it with fetch-depth 0."""
    git("clone", "--quiet", "--branch", "main", host.as_uri(), str(folder), cwd=host)
    return Repo(folder, init=False)


def as_pull_request(repo: Repo, edit: Callable[[Path], object], branch: str = "change") -> None:
    """Check out what the host checks out: the merge of a branch into main."""
    main = repo.head()
    repo.git("checkout", "-q", "-b", branch)
    edit(repo.root)
    repo.commit("Change the prompt")
    repo.git("checkout", "-q", "--detach", main)
    repo.git("merge", "-q", "--no-ff", "-m", "Merge", branch)


def announce(repo: Repo, folder: Path) -> dict[str, str]:
    """The variables of the run for the pull request that is checked out."""
    base, head = repo.git("rev-parse", "HEAD^1"), repo.git("rev-parse", "HEAD^2")
    payload = {"pull_request": {"number": 7, "base": {"sha": base}, "head": {"sha": head}}}
    return {**event(folder / "event.json", "pull_request", payload), "GITHUB_BASE_REF": "main"}


def activate(version: str) -> Callable[[Path], object]:
    def edit(root: Path) -> None:
        manifest = root / "llmops.yaml"
        text = manifest.read_text()
        assert "active: v2" in text
        manifest.write_text(text.replace("active: v2", f"active: {version}"))

    return edit


def add_bad_version(root: Path) -> None:
    """The loud v3 of the tests, with its recordings."""
    bad = ROOT / "tests/data/offer_copy"
    shutil.copy(bad / "v3.yaml", root / "prompts/offer_copy")
    shutil.copy(bad / "recordings/v3.jsonl", root / "evals/offer_copy/recordings")
    activate("v3")(root)


def job(name: str) -> list[Any]:
    return list(read(ROOT / ".github/workflows/ci.yml")["jobs"][name]["steps"])


def without_install(steps: list[Any]) -> list[Any]:
    """For tests of other things than the installation: lensops is the one of the tests then."""
    return [step for step in steps if step.get("name") != "Install"]


def outcome(done: list[tuple[str, Result]]) -> dict[str, int]:
    return {name: result.code for name, result in done}


def words(done: list[tuple[str, Result]]) -> str:
    return "\n".join(f"== {name}\n{each.out}{each.err}" for name, each in done)


def test_main_is_gated_checked_and_deployed(bare: Path, tmp_path: Path) -> None:
    gate = Runner(clone(bare, tmp_path / "gate").root, tmp_path / "m1", TOKEN, VARIABLES)
    done = list(gate.job(job("eval-gate")))
    assert outcome(done) == {"Install": 0, "Validate": 0, "Plan": 0, "Gate": 0}, words(done)
    assert (tmp_path / "m1/venv/bin/lensops").is_file()  # what ran is what was installed
    kept = {path.name for path in (tmp_path / "artifacts/eval_results").iterdir()}
    assert {"evidence.json", "gate.xml", "gate.sarif", "gate.txt"} <= kept
    assert any(name.startswith("eval_") for name in kept)

    drift = Runner(clone(bare, tmp_path / "drift").root, tmp_path / "m1", TOKEN, VARIABLES)
    done = list(drift.job(job("drift-check")))
    assert outcome(done) == {"Install": 0, "Drift": 0}, words(done)
    report = json.loads((tmp_path / "artifacts/drift_report/drift_report.json").read_text())
    assert report["schema"] == "lensops/drift/v1"

    deploy = Runner(clone(bare, tmp_path / "deploy").root, tmp_path / "m1", TOKEN, VARIABLES)
    done = list(deploy.job(job("deploy-gate")))
    assert outcome(done) == {"Install": 0, "Apply": 0, "Status": 0}, words(done)
    live = json.loads((tmp_path / "artifacts/staging/current.json").read_text())
    assert live["prompts"]["offer_copy"]["version"] == "v2"
    record = json.loads((tmp_path / "artifacts/staging/log/0000000001.json").read_text())
    assert record["evidence"]


def test_a_pull_request_is_compared_with_its_base(bare: Path, tmp_path: Path) -> None:
    repo = clone(bare, tmp_path / "pr")
    as_pull_request(repo, activate("v1"))
    runner = Runner(repo.root, tmp_path / "m", TOKEN, announce(repo, tmp_path))
    done = dict(runner.job(without_install(job("eval-gate"))))
    assert done["Plan"].code == 0
    assert "offer_copy" in done["Plan"].out
    assert "v1" in done["Gate"].out + done["Gate"].err


def test_a_bad_version_stops_the_job_and_its_results_are_kept(bare: Path, tmp_path: Path) -> None:
    repo = clone(bare, tmp_path / "pr")
    as_pull_request(repo, add_bad_version)
    runner = Runner(repo.root, tmp_path / "m", TOKEN, announce(repo, tmp_path))
    done = list(runner.job(without_install(job("eval-gate"))))
    assert outcome(done)["Gate"] == 1, words(done)
    assert "::error" in done[-1][1].err  # an annotation on the line
    evidence = tmp_path / "artifacts/eval_results/evidence.json"
    deploy = clone(bare, tmp_path / "deploy").root
    refused = lensops("apply", "--target", "staging", "--yes", "--evidence", evidence, cwd=deploy)
    assert refused.code == 1


def test_the_comment_of_a_fork_is_in_the_summary(bare: Path, tmp_path: Path) -> None:
    """The base's lensops is installed; of the pull request nothing is executed."""
    (tmp_path / "w").mkdir()
    clone(bare, tmp_path / "w/trusted")
    head = clone(bare, tmp_path / "w/head")

    def edit(root: Path) -> None:
        activate("v1")(root)
        for hook in ("conftest.py", "setup.py", "sitecustomize.py", "src/lensops/__init__.py"):
            (root / hook).write_text("open('/'.join([__import__('os').getcwd(), 'pwned']), 'w')\n")

    as_pull_request(head, edit, NASTY)
    runner = Runner(tmp_path / "w", tmp_path / "m", FORK, announce(head, tmp_path))
    done = list(runner.job(job("comment")))
    assert outcome(done) == {"Install": 0, "Comment": 0}, words(done)
    assert "offer_copy" in runner.summary
    assert list(tmp_path.rglob("pwned")) == []


def test_a_branch_of_the_repository_has_one_comment(tmp_path: Path) -> None:
    """Posted by the first run and updated by the second, with the workflow's token."""
    repo = starter(tmp_path)
    manifest = repo.root / "lensops.yaml"
    text = manifest.read_text().replace("active: v1", "active: v2")
    as_pull_request(repo, lambda _: manifest.write_text(text))
    steps = read(repo.root / ".github/workflows/lensops.yml")["jobs"]["comment"]["steps"]
    host = Host()
    server = serve(host)
    variables = {
        "GITHUB_API_URL": f"http://127.0.0.1:{server.server_address[1]}",
        **announce(repo, tmp_path),
        "GITHUB_REPOSITORY": "acme/shop",
    }
    posting = dict.fromkeys(FORK, "--post") | {"github.token": "t"}
    runner = Runner(repo.root, tmp_path / "m", posting, variables)
    for _ in range(2):
        done = runner.step(next(step for step in steps if step.get("name") == "Comment"))
        assert done.code == 0, done.err
    server.shutdown()
    server.server_close()
    assert len(host.comments) == 1
    assert "offer_copy" in host.comments[0]["body"]
    assert host.tokens == {"Bearer t"}


def starter(tmp_path: Path) -> Repo:
    """A user's repository after `lensops init --github`, cloned from its host."""
    first = Repo(tmp_path / "first")
    assert lensops("init", "--github", ".", cwd=first.root).code == 0
    first.commit("Begin")
    return clone(first.root, tmp_path / "user")


def test_a_users_workflow_runs_to_the_deploy(tmp_path: Path) -> None:
    """But for its Install step, which asks the package index."""
    repo = starter(tmp_path)
    made = read(repo.root / ".github/workflows/lensops.yml")["jobs"]
    assert (repo.root / ".github/workflows/lensops.yml").read_text() == github_workflow().text
    runner = Runner(repo.root, tmp_path / "m", TOKEN, VARIABLES)
    for name in ("gate", "deploy"):
        done = list(runner.job(without_install(made[name]["steps"])))
        assert set(outcome(done).values()) == {0}, words(done)
    live = json.loads((tmp_path / "artifacts/staging/current.json").read_text())
    assert live["prompts"]["offer_copy"]["version"] == "v1"


def action(repo: Repo, scratch: Path, **inputs: str) -> list[tuple[str, Result]]:
    """The action as a workflow of that repository would run it on a fork's pull request."""
    made = read(ROOT / "action.yml")
    given = {name: str(each.get("default", "")) for name, each in made["inputs"].items()}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    expressions = {**FORK, **{f"inputs.{name}": value for name, value in given.items()}}
    proposed = {"base": {"sha": repo.head()}, "head": {"sha": repo.head()}}
    happened = event(repo.root.parent / "event.json", "pull_request", {"pull_request": proposed})
    variables = {"GITHUB_BASE_REF": "main", "GITHUB_ACTION_PATH": str(ROOT), **happened}
    runner = Runner(repo.root, scratch, expressions, variables)
    steps = [s for s in made["runs"]["steps"] if given["comment"] == "true" or "if" not in s]
    return list(runner.job(steps))


def test_the_action_gates_and_comments(tmp_path: Path) -> None:
    done = action(starter(tmp_path), tmp_path / "m", comment="true", evidence="evidence.json")
    assert outcome(done) == {"Install": 0, "Run": 0, "Comment": 0}, words(done)
    assert (tmp_path / "user/evidence.json").is_file()
    assert "offer_copy" in (tmp_path / "m/summary.md").read_text()


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"command": "plan", "target": "staging"}, 0),
        ({"command": "plan"}, 2),  # its base is nowhere
        ({"command": "drift"}, 0),
        ({"command": "status", "target": NASTY}, 2),
        ({"command": "gate", "base": NASTY}, 2),
        ({"command": "apply", "target": "staging", "evidence": NASTY}, 2),
        ({"command": NASTY}, 2),
    ],
)
def test_the_action_hands_its_inputs_on_as_they_are(
    tmp_path: Path, installed: Path, inputs: dict[str, str], code: int
) -> None:
    made = read(ROOT / "action.yml")["runs"]["steps"]
    run = next(step for step in made if step.get("name", "") == "Run")
    given = {"command": "gate", "replay": "true", "directory": ".", **inputs}
    expressions = {f"inputs.{name}": given.get(name, "") for name in INPUTS}
    of_a_pull_request = {"GITHUB_BASE_REF": "nowhere"} if given["command"] == "plan" else {}
    runner = Runner(starter(tmp_path).root, tmp_path / "m", expressions, of_a_pull_request)
    (tmp_path / "m").mkdir()
    (tmp_path / "m/lensops").symlink_to(installed)
    done = runner.step(run)
    assert done.code == code, done.out + done.err
    assert list(tmp_path.rglob("pwned")) == []


INPUTS = ("command", "target", "base", "evidence", "directory", "replay", "token")


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder `bin/lensops`, as the action's Install step leaves one."""
    folder = tmp_path_factory.mktemp("installed")
    tool = shutil.which("lensops", path=str(Path(sys.executable).parent))
    assert tool is not None
    (folder / "bin").mkdir()
    (folder / "bin/lensops").symlink_to(tool)
    return folder
