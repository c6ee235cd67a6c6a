"""`activate`: one scalar changes, and what to do next is said."""

from __future__ import annotations

from support import sample
from support.cli import lensops
from support.repo import Repo


def test_it_edits_one_line_and_says_what_is_next(project: Repo) -> None:
    result = lensops("activate", "v2", cwd=project.root)
    assert result.code == 0
    assert result.out == "lensops.yaml: offer_copy v1 → v2\n"
    assert "lensops plan" in result.err
    changed = [line for line in project.git("diff", "-U0").splitlines() if line[:1] in "+-"]
    assert changed[2:] == [
        "-    active: v1 # what a pull request changes",
        "+    active: v2 # what a pull request changes",
    ]


def test_there_and_back_gives_the_same_bytes(project: Repo) -> None:
    before = (project.root / "lensops.yaml").read_bytes()
    lensops("activate", "v2", cwd=project.root)
    lensops("activate", "v1", cwd=project.root)
    assert (project.root / "lensops.yaml").read_bytes() == before


def test_the_active_version_stays(project: Repo) -> None:
    result = lensops("activate", "v1", cwd=project.root)
    assert (result.code, result.out) == (
        0,
        "offer_copy v1 is active already; nothing was changed\n",
    )
    assert project.git("status", "--porcelain") == ""


def test_commit_takes_the_manifest_alone(project: Repo) -> None:
    project.write({"other.md": "x\n"})
    project.git("add", "other.md")
    assert lensops("activate", "v2", "--commit", cwd=project.root).code == 0
    assert (
        project.git("show", "--name-only", "--format=%s")
        == "offer_copy: activate v2\n\nlensops.yaml"
    )
    assert project.git("status", "--porcelain") == "A  other.md"


def test_commit_does_not_take_other_edits_along(project: Repo) -> None:
    edited = sample.MANIFEST + "# mine\n"
    project.write({"lensops.yaml": edited})
    head = project.head()
    result = lensops("activate", "v2", "--commit", cwd=project.root)
    assert (result.code, "not committed" in result.err) == (1, True)
    assert (project.root / "lensops.yaml").read_text() == edited
    assert project.head() == head


def test_a_version_without_a_file(project: Repo) -> None:
    before = (project.root / "lensops.yaml").read_bytes()
    result = lensops("activate", "v22", cwd=project.root)
    assert result.code == 2
    assert "did you mean 'v2'?" in result.err
    assert (project.root / "lensops.yaml").read_bytes() == before


def test_it_mends_a_manifest_whose_active_version_is_missing(project: Repo) -> None:
    project.write(sample.manifest("v9"))
    assert lensops("plan", cwd=project.root).code == 2
    assert lensops("activate", "v2", cwd=project.root).code == 0
    assert lensops("plan", cwd=project.root).code == 0


def test_a_broken_version_is_not_activated(project: Repo) -> None:
    project.write({"prompts/offer_copy/v3.yaml": "user: [1\n"})
    result = lensops("activate", "v3", cwd=project.root)
    assert (result.code, "prompts/offer_copy/v3.yaml:" in result.err) == (2, True)
    assert project.git("diff") == ""


def test_an_unknown_prompt(project: Repo) -> None:
    result = lensops("activate", "v2", "--prompt", "offer_copi", cwd=project.root)
    assert (result.code, "did you mean 'offer_copy'?" in result.err) == (2, True)


def test_the_first_commit_of_a_project(repo: Repo) -> None:
    repo.write(sample.files())
    result = lensops("activate", "v2", "--commit", cwd=repo.root)
    assert (result.code, "not committed: prompts/offer_copy/v2.yaml" in result.err) == (1, True)
    assert "active: v1" in (repo.root / "lensops.yaml").read_text()
