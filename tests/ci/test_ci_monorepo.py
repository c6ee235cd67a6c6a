"""Pipelines of manifests in subfolders: at the repository's root, each for its own folder."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from lensops import __version__
from lensops.errors import Exit, UserError
from lensops.flows.init import github_workflow, gitlab_pipeline, requirement
from lensops.manifest import read_yaml
from support.cli import lensops
from support.repo import Repo
from support.runner import read

ROOT = Path(__file__).parents[2]


@pytest.fixture
def monorepo(repo: Repo) -> Repo:
    """Two projects in one repository, each with its own pipelines."""
    for folder in ("svc/shop", "svc/mail"):
        done = lensops("init", "--github", "--gitlab", folder, cwd=repo.root)
        assert done.code == 0, done.err
    repo.commit("Begin")
    return repo


def test_pipelines_are_written_at_the_root_of_the_repository(monorepo: Repo) -> None:
    written = {path.relative_to(monorepo.root).as_posix() for path in monorepo.root.rglob("*.yml")}
    assert written == {
        ".github/workflows/lensops-svc-shop.yml",
        ".github/workflows/lensops-svc-mail.yml",
        ".gitlab/lensops-svc-shop.yml",
        ".gitlab/lensops-svc-mail.yml",
    }


def test_init_names_the_files_from_the_folder(repo: Repo) -> None:
    done = lensops("init", "--github", "svc/shop", cwd=repo.root)
    assert "created ../../.github/workflows/lensops-svc-shop.yml\n" in done.out
    again = lensops("init", "--github", "svc/shop", cwd=repo.root)
    assert "kept    ../../.github/workflows/lensops-svc-shop.yml\n" in again.out


def test_every_command_runs_in_its_folder_and_only_for_its_changes(monorepo: Repo) -> None:
    shop = read(monorepo.root / ".github/workflows/lensops-svc-shop.yml")
    paths = ["svc/shop/**", ".github/workflows/lensops-svc-shop.yml"]
    assert [shop["on"][event]["paths"] for event in ("push", "pull_request")] == [paths, paths]
    scripts = [step.get("run", "") for job in shop["jobs"].values() for step in job["steps"]]
    commands = re.findall(r"^ *lensops .*", "\n".join(scripts), re.MULTILINE)
    assert len(commands) == 6
    assert all(command.strip().startswith("lensops -C svc/shop ") for command in commands)
    groups = [github_workflow(folder).text for folder in ("svc/shop", "svc/mail")]
    concurrency = [re.findall(r"group: (\S+)", text) for text in groups]
    assert not set(concurrency[0]) & set(concurrency[1]), "one does not cancel the other"


SHARED = """\
version: 1
project: NAME
prompts:
  copy: {path: "../../shared/NAME/copy_{version}.md", active: v1}
"""
CHANGES = {
    "svc/shop/lensops.yaml": {"shop"},
    "svc/shop/prompts/a/b/v1.md": {"shop"},
    "svc/mail/evals/x.jsonl": {"mail"},
    "shared/shop/copy_v2.md": {"shop"},
    "shared/mail/copy_v2.md": {"mail"},
    ".github/workflows/lensops-svc-mail.yml": {"mail"},
    "svc/shopping/lensops.yaml": set(),
    "README.md": set(),
}


def matches(pattern: str, path: str) -> bool:
    """A path filter of GitHub: `**` is anything, `*` anything but a slash."""
    parts = re.split(r"(\*\*|\*)", pattern)
    regex = "".join({"**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)
    return re.fullmatch(regex, path) is not None


def test_a_change_runs_the_jobs_of_its_own_manifest_alone(repo: Repo) -> None:
    for name in ("shop", "mail"):
        repo.write({f"svc/{name}/lensops.yaml": SHARED.replace("NAME", name)})
        repo.write({f"shared/{name}/copy_v1.md": "Hi"})
        done = lensops("init", "--github", "--gitlab", f"svc/{name}", cwd=repo.root)
        assert done.code == 0, done.err
    workflows = {
        n: read(repo.root / f".github/workflows/lensops-svc-{n}.yml") for n in ("shop", "mail")
    }
    for path, expected in CHANGES.items():
        for event in ("push", "pull_request"):
            patterns = {
                name: workflow["on"][event]["paths"] for name, workflow in workflows.items()
            }
            started = {n for n, listed in patterns.items() if any(matches(p, path) for p in listed)}
            assert started == expected, path
    texts = [(repo.root / f".github/workflows/lensops-svc-{n}.yml").read_text() for n in workflows]
    gitlab = (repo.root / ".gitlab/lensops-svc-shop.yml").read_text()
    assert gitlab.count("changes: ['svc/shop/**/*', 'shared/shop/**/*']") == 3
    assert len(set(texts)) == 2


def test_the_steps_of_a_subfolder_run(monorepo: Repo) -> None:
    """The gate and the deploy as the workflow has them, from the root of the repository."""
    jobs = read(monorepo.root / ".github/workflows/lensops-svc-shop.yml")["jobs"]
    steps = [step for name in ("gate", "deploy") for step in jobs[name]["steps"]]
    for step in steps:
        script = step.get("run", "")
        if script and "uv tool" not in script:
            for line in script.replace("\\\n", "").splitlines():
                code = re.sub(r"\$\{GITHUB_BASE_REF:[^}]*\}", "", line)
                done = run_line(code.strip(), monorepo.root)
                assert done.returncode == 0, (code, done.stderr)
    live = monorepo.root / "svc/shop/.lensops/live/staging/current.json"
    assert json.loads(live.read_text())["project"] == "loyalty-offers"
    assert not (monorepo.root / "svc/mail/.lensops/live").exists()
    assert (monorepo.root / "svc/shop/eval_results/evidence.json").exists()


def run_line(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    import os
    import sys

    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("folder", ["", "svc/shop"])
def test_the_pipeline_of_gitlab_has_the_same_jobs(folder: str) -> None:
    pipeline = gitlab_pipeline(folder)
    jobs = read_yaml(pipeline.text.encode(), pipeline.path).plain()
    name = "-svc-shop" if folder else ""
    assert sorted(jobs) == [f".lensops{name}", f"lensops{name}:deploy", f"lensops{name}:gate"]
    gate = jobs[f"lensops{name}:gate"]
    below = f"{folder}/" if folder else ""
    assert gate["artifacts"]["reports"]["junit"] == f"{below}eval_results/gate.xml"
    commands = [line for line in gate["script"] if line.startswith("lensops")]
    start = f"lensops -C {folder} " if folder else "lensops "
    names = [line.removeprefix(start).split()[0] for line in commands]
    assert names == ["validate", "plan", "gate"]
    assert all(("changes" in rule) == bool(folder) for rule in gate["rules"])


@pytest.mark.parametrize("folder", ["a b", "a;b", "${{ x }}", "a'b", "*"])
def test_a_folder_that_a_shell_would_read_is_refused(folder: str, repo: Repo) -> None:
    with pytest.raises(UserError, match="cannot be written into a pipeline"):
        github_workflow(folder)
    assert lensops("init", "--github", folder, cwd=repo.root).code == Exit.USAGE


def test_the_comment_is_written_to_a_file_as_well(repo: Repo) -> None:
    assert lensops("init", cwd=repo.root).code == 0
    repo.commit("Begin")
    note = repo.root / "note.md"
    done = lensops("comment", "--base", "HEAD", "--replay", "--output", note, cwd=repo.root)
    assert done.code == 0, done.err
    assert note.read_text() == done.out


def test_the_requirement_is_a_release_or_a_commit() -> None:
    """Here lensops is installed from a folder, which no other machine has."""
    assert requirement() == f"lensops=={__version__}"


def test_the_hook_of_pre_commit_validates(repo: Repo) -> None:
    path = ROOT / ".pre-commit-hooks.yaml"
    (hook,) = read_yaml(path.read_bytes(), path.name).plain()
    files = re.compile(hook["files"])
    matched = [
        "lensops.yaml",
        "svc/lensops.yaml",
        "prompts/a/v1.yaml",
        "svc/evals/a/cases.jsonl",
        "app/x.prompty",
    ]
    assert all(files.search(name) for name in matched)
    assert not any(files.search(name) for name in ("README.md", "src/app.py", "my-lensops.yaml"))
    assert lensops("init", cwd=repo.root).code == 0
    command = hook["entry"].split()[1:]
    assert lensops(*command, cwd=repo.root).code == 0
