"""The questions that other rooms ask of a repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from lensops.errors import UserError
from lensops.git import open_repository
from support import sample
from support.repo import Repo


def test_a_tree_reads_like_the_folder(project: Repo) -> None:
    from lensops.files import Folder

    with open_repository(project.root) as repository:
        tree, folder = repository.tree(project.head()), Folder(project.root)
        for path in ["", "prompts", "prompts/offer_copy", "none"]:
            assert tree.names(path) == folder.names(path)
        assert tree.folders("") == ["prompts"]
        below = repository.tree(project.head(), "prompts")
        assert below.read("offer_copy/v1.yaml", 10_000) == sample.V1.encode()
        with pytest.raises(FileNotFoundError):
            tree.read("prompts/offer_copy/v7.yaml", 10)
        with pytest.raises(UserError, match="larger than 10 bytes"):
            tree.read("lensops.yaml", 10)


def test_unknown_revision_says_what_is_near(project: Repo) -> None:
    with open_repository(project.root) as repository:
        assert repository.resolve("main") == project.head()
        with pytest.raises(UserError) as caught:
            repository.resolve("mian")
        assert caught.value.hint == "did you mean 'main'?"
        with pytest.raises(UserError, match="no revision '--all'"):
            repository.resolve("--all")


def test_merge_base(project: Repo) -> None:
    start = project.head()
    project.git("checkout", "-q", "-b", "topic")
    project.commit("topic", {"a": "a"})
    project.git("checkout", "-q", "main")
    project.commit("main", {"b": "b"})
    project.git("checkout", "-q", "topic")
    with open_repository(project.root) as repository:
        assert repository.merge_base("main") == start
        project.git("checkout", "-q", "--orphan", "island")
        project.commit("island")
        with pytest.raises(UserError, match="no commit in common"):
            repository.merge_base("main")


def test_tracked_branch(project: Repo, tmp_path: Path) -> None:
    with open_repository(project.root) as repository:
        assert repository.tracked_branch() == "refs/heads/main"
        with pytest.raises(UserError, match="no branch 'prod'"):
            repository.tracked_branch("prod")
    project.git("clone", "-q", str(project.root), str(tmp_path / "clone"))
    with open_repository(tmp_path / "clone") as repository:
        assert repository.tracked_branch() == "refs/remotes/origin/HEAD"
        assert repository.tracked_branch("main") == "refs/remotes/origin/main"
    other = Repo(tmp_path / "other", branch="trunk")
    other.commit("x")
    with open_repository(other.root) as repository:
        assert repository.tracked_branch() == "HEAD"


def test_commit_takes_these_paths_alone(project: Repo) -> None:
    project.write({"lensops.yaml": "x", "staged.txt": "s", "loose.txt": "l"})
    project.git("add", "staged.txt")
    with open_repository(project.root) as repository:
        made = repository.commit_paths(["lensops.yaml"], "Only this")
        assert repository.identity() == "Ada"
    assert project.git("show", "--name-only", "--format=%s", made).split("\n") == [
        "Only this",
        "",
        "lensops.yaml",
    ]
    assert project.git("diff", "--cached", "--name-only") == "staged.txt"
