"""Settings of targets that cannot be meant: found by `validate` without a network."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lensops.manifest.names import check_branch
from support import sample
from support.cli import lensops
from support.repo import Repo

EVALS = """
evals:
  copy:
    prompt: offer_copy
    cases: evals/cases.jsonl
    threshold: 0.5
    weights: {bleu: 1}
    checks: [json_schema: schemas/copy.json]
drift:
  score: {baseline: "data/old/*.csv", current: {data: data/new}, features: {x: {}}}
"""


def problems(project: Repo, targets: str, more: str = "") -> list[str]:
    """What `validate` finds at the lines of targets."""
    head = sample.MANIFEST.split("targets:")[0]
    project.write({"lensops.yaml": f"{head}targets: {targets}\n{more}"})
    project.write({"evals/cases.jsonl": '{"id": "a", "input": {}, "reference": "b"}\n'})
    result = lensops("validate", "--format", "json", cwd=project.root)
    return [p["message"] for p in result.json["problems"] if p["line"] == 8]


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ("{a: {directory: .git/live}}", "git's own folder"),
        ("{a: {directory: prompts}}", "mix releases with the project's files in prompts"),
        ("{a: {directory: prompts/offer_copy}}", "mix releases"),
        ("{a: {directory: .}}", "mix releases"),
        ("{a: {directory: live}, b: {directory: live}}", "'b' is the same location as target 'a'"),
        ("{a: {directory: live}, b: {directory: ./live/}}", "is the same location as target 'a'"),
        ("{a: {directory: live}, b: {directory: live/objects}}", "overlaps with target 'a'"),
        ("{a: {directory: live/b}, b: {directory: live}}", "overlaps with target 'a'"),
        (
            "{a: {git: origin, branch: b}, c: {git: origin, branch: b}}",
            "'c' is the same location as target 'a'",
        ),
        ("{a: {git: --upload-pack=x, branch: b}}", "is no remote"),
        ("{a: {git: ., branch: live}, b: {git: ., branch: live/x}}", "overlaps with target 'a'"),
        ("{a: {directory: lensops.yaml/x}}", "mix releases"),
        ("{a: {git: origin, branch: HEAD}}", "'HEAD' is not a name that git allows"),
        ("{a: {git: origin, branch: refs/heads/x}}", "is not a name that git allows"),
    ],
)
def test_a_location_that_cannot_hold_releases(project: Repo, targets: str, message: str) -> None:
    assert [message in problem for problem in problems(project, targets)] == [True]


BRANCHES = ["a b", "a~", "a^", "a:", "a?", "a*", "a[", "a\\b", "a..b", ".a", "a/.b", "a.lock"]
BRANCHES += ["a.lock/b", "a//b", "/a", "a/", "a.", "a@{b", "@a", "é", "a\x7f", "-a", "HEAD", "a/-b"]


@pytest.mark.parametrize("name", [*BRANCHES, "live", "lensops/live/v1.2", "a.lockb", "a\tb"])
def test_git_decides_what_a_branch_may_be_called(repo: Repo, name: str) -> None:
    allowed = subprocess.run(["git", "check-ref-format", "--branch", name], capture_output=True)
    try:
        check_branch(name)
    except ValueError:
        assert allowed.returncode
    else:
        assert not allowed.returncode


@pytest.mark.parametrize(
    ("folder", "source"),
    [
        ("evals", "evals/cases.jsonl"),
        ("evals/copy", "evals/copy/recordings"),
        ("schemas", "schemas/copy.json"),
        ("data", "data/old/*.csv"),
        ("data/new/x", "data/new"),
    ],
)
def test_the_files_of_evals_and_monitors_are_no_target(
    project: Repo, folder: str, source: str
) -> None:
    (problem,) = problems(project, f"{{a: {{directory: {folder}}}}}", EVALS)

    assert f"mix releases with the project's files in {source}" in problem


def test_a_link_to_another_target_is_its_location(project: Repo) -> None:
    (project.root / "one").mkdir()
    (project.root / "two").symlink_to("one")

    (problem,) = problems(project, "{a: {directory: one}, b: {directory: two}}")
    assert "same location" in problem


@pytest.mark.parametrize(
    "targets",
    [
        "{a: {directory: live/a}, b: {directory: live/ab}}",
        "{a: {directory: live}, b: {git: origin, branch: live}}",
        "{a: {git: origin, branch: a}, b: {git: origin, branch: b}, c: {git: mine, branch: a}}",
        "{a: {directory: .github-live}}",
    ],
)
def test_locations_beside_each_other_are_left_alone(project: Repo, targets: str) -> None:
    assert problems(project, targets) == []


def test_a_link_out_of_the_repository(project: Repo, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project.root / "live").symlink_to(tmp_path / "elsewhere")

    (problem,) = problems(project, "{a: {directory: live}}")
    assert "leaves the repository" in problem


def test_prompts_of_another_layout_are_no_target(project: Repo) -> None:
    head = sample.MANIFEST.split("targets:")[0]
    text = head.replace("active: v1", "path: app/{version}.yaml\n    active: v1")
    project.write({"app/v1.yaml": sample.V1})
    project.write({"lensops.yaml": f"{text}targets: {{a: {{directory: app/live}}}}\n"})

    result = lensops("validate", "--format", "json", cwd=project.root)
    messages = [problem["message"] for problem in result.json["problems"]]
    assert any("mix releases with the project's files in app" in m for m in messages), messages
