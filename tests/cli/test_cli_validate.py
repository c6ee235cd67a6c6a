"""`validate`: what is sound, what is not, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import sample
from support.cli import lensops
from support.repo import Repo

EVALS = """
evals:
  offer_copy: {cases: cases.jsonl, weights: {bleu: 1.0}, threshold: 0.5, min_cases: 1}
"""


def test_sound(project: Repo) -> None:
    done = lensops("validate", cwd=project.root)
    assert (done.code, done.out, done.err) == (
        0,
        "✓ lensops.yaml is sound: 1 prompt, 2 versions\n",
        "",
    )


def test_as_json(project: Repo) -> None:
    project.write({"lensops.yaml": sample.MANIFEST.replace("project:", "projekt:")})
    done = lensops("validate", "--format", "json", cwd=project.root)
    assert (done.code, done.json["valid"]) == (2, False)
    (unknown,) = [each for each in done.json["problems"] if "unknown key" in each["message"]]
    assert (unknown["path"], unknown["line"], unknown["column"]) == ("lensops.yaml", 2, 1)
    assert unknown["hint"] == "did you mean 'project'?"


def test_versions_that_are_not_active_are_looked_at(project: Repo) -> None:
    project.write({"prompts/offer_copy/v3.yaml": "user: '{{ points'\nusr: x\n"})
    done = lensops("validate", cwd=project.root)
    assert done.code == 2
    assert "prompts/offer_copy/v3.yaml:" in done.out


def test_a_variable_that_the_cases_cannot_fill(project: Repo) -> None:
    case = '{"id": "a", "inputs": {"segment": "x"}, "reference": "b"}\n'
    project.write({"lensops.yaml": sample.MANIFEST + EVALS, "cases.jsonl": case})
    done = lensops("validate", cwd=project.root)
    assert done.code == 2
    assert "points" in done.out
    assert "cases.jsonl:1" in done.out


def test_a_variable_that_the_application_does_not_fill(project: Repo) -> None:
    declared = "    variables: [segment]\n"
    manifest = sample.MANIFEST.replace("\ntargets", declared + "\ntargets", 1)
    project.write({"lensops.yaml": manifest})
    done = lensops("validate", cwd=project.root)
    assert done.code == 2
    assert "points" in done.out


def test_a_released_version_changed_in_place(project: Repo) -> None:
    commit = project.head()
    project.write({"prompts/offer_copy/v1.yaml": sample.V1.replace("warm", "cold")})
    done = lensops("validate", cwd=project.root)
    assert done.code == 2
    assert "released version changed in place: offer_copy v1 was activated by commit" in done.out
    assert commit[:10] in done.out
    project.commit("Even when it is committed")
    assert lensops("validate", cwd=project.root).code == 2


def test_another_layout_of_a_released_version_is_fine(project: Repo) -> None:
    project.write({"prompts/offer_copy/v1.yaml": "# a remark\n" + sample.V1})
    assert lensops("validate", cwd=project.root).code == 0


def test_the_rule_can_be_a_warning(project: Repo) -> None:
    rules = "\nrules: {released_version_changed: warning}\n"
    project.write({"lensops.yaml": sample.MANIFEST + rules})
    project.write({"prompts/offer_copy/v1.yaml": sample.V1.replace("warm", "cold")})
    done = lensops("validate", cwd=project.root)
    assert (done.code, "changed in place" in done.out) == (0, True)


@pytest.mark.parametrize("command", [("validate",), ("plan",), ("gate",), ("apply", "--yes")])
def test_a_shallow_clone_says_what_was_not_checked(
    command: tuple[str, ...], project: Repo, tmp_path: Path
) -> None:
    edited = {"prompts/offer_copy/v1.yaml": sample.V1.replace("warm", "cold")}
    project.commit("Edit in place", edited)
    clone = tmp_path / "clone"
    project.git("clone", "-q", "--depth", "1", f"file://{project.root}", str(clone))
    result = lensops(*command, cwd=clone)
    assert result.code in (0, 3), result.err
    assert "history is cut" in result.out
    assert "history is cut" in str(lensops(*command, "--format", "json", cwd=clone).json)


@pytest.mark.parametrize("key", ["baseline", "current", "profile"])
@pytest.mark.parametrize("path", [".git/index", "in/HEAD", "in/*.csv", "out", "out/x/*.jsonl"])
def test_data_outside_of_the_project_is_a_problem(key: str, path: str, project: Repo) -> None:
    (project.root / "in").symlink_to(".git/logs")
    (project.root / "out").symlink_to("..")
    files = {"baseline": "b.csv", "current": "c.csv", key: path}
    monitor = ", ".join(f'{name}: "{file}"' for name, file in files.items())
    text = (project.root / "lensops.yaml").read_text()
    project.write({"lensops.yaml": f"{text}drift: {{m: {{{monitor}, features: {{x: {{}}}}}}}}\n"})
    result = lensops("validate", "--format", "json", cwd=project.root)
    (problem,) = result.json["problems"]
    assert f"'{path}' " in problem["message"]
