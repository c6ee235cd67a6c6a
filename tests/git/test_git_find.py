"""A repository is found by its `.git`; what a project holds is never taken for one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from lensops.cli import commands
from lensops.errors import UserError
from lensops.git import NoRepository, open_repository
from support import sample
from support.cli import lensops
from support.repo import Repo

CONFIG = """\
[core]
	repositoryformatversion = 1
	bare = true
	fsmonitor = touch {mark}
	hooksPath = hooks
[extensions]
	partialclone = origin
[remote "origin"]
	url = "ext::touch {mark}"
	promisor = true
[protocol "ext"]
	allow = always
[protocol]
	allow = always
"""
COMMANDS = [
    ("validate",),
    ("plan",),
    ("plan", "--base", "origin/main"),
    ("gate", "--base", "origin/main"),
    ("comment", "--base", "origin/main", "--replay", "--dry-run"),
    ("history",),
    ("list",),
    ("status",),
    ("diff", "v1", "origin/main"),
    ("apply", "--yes"),
    ("rollback",),
    ("activate", "v2"),
    ("report",),
    ("eval",),
    ("drift",),
    ("log",),
    ("verify",),
    ("gc",),
    ("blame", "offer_copy"),
    ("promote", "staging", "production"),
    ("apply", "--from", "staging", "--target", "production", "--yes"),
    ("calibrate", "ratings.csv"),
    ("schema",),
    ("init",),
    ("export", "offer_copy"),
    ("rename", "offer_copy", "copy"),
]
# commands that are new, with nothing behind their name; the dashboard has a test of its own
COMMANDS += [(name,) for name in commands.COMMANDS if name not in {c[0] for c in COMMANDS}]
COMMANDS.remove(("dashboard",))


@pytest.fixture
def embedded(repo: Repo, tmp_path: Path) -> Path:
    """A project in a folder that looks like a bare repository, committed as any files are."""
    mark = tmp_path / "PWNED"
    bare = {
        "HEAD": "ref: refs/heads/main\n",
        "refs/.k": "",
        "objects/.k": "",
        "packed-refs": f"{'1' * 40} refs/remotes/origin/main\n{'2' * 40} refs/heads/main\n",
        "config": CONFIG.format(mark=mark),
        "hooks/pre-commit": f"#!/bin/sh\ntouch {mark}\n",
    }
    files = {f"shop/{path}": text for path, text in {**sample.files(), **bare}.items()}
    repo.commit("A pull request", files)
    (repo.root / "shop/hooks/pre-commit").chmod(0o755)
    repo.commit("Activate", {"shop/lensops.yaml": sample.files("v2")["lensops.yaml"]})
    clone = tmp_path / "clone"
    repo.git("clone", "-q", str(repo.root), str(clone))
    return clone


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_embedded_bare_repository_runs_nothing(
    embedded: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = lensops(*command, cwd=embedded / "shop")
    assert not (tmp_path / "PWNED").exists()
    assert done.code in (0, 1, 2, 3), done.err
    assert "1111111111" not in done.out + done.err, "a forged origin/main"


def test_history_in_the_folder_is_that_of_the_repository(embedded: Path) -> None:
    events = lensops("history", "--format", "json", cwd=embedded / "shop").json["events"]
    assert [event["version"] for event in events] == ["v2", "v1"]


def test_the_folder_of_a_project_in_no_repository_is_none(embedded: Path, tmp_path: Path) -> None:
    (embedded / ".git").rename(tmp_path / "elsewhere")
    with pytest.raises(NoRepository):
        open_repository(embedded / "shop")
    done = lensops("history", cwd=embedded / "shop")
    assert (done.code, "not a git repository" in done.err) == (2, True)
    assert not (tmp_path / "PWNED").exists()


def test_from_below_and_through_a_file(project: Repo, tmp_path: Path) -> None:
    below = project.root / "a/b"
    below.mkdir(parents=True)
    with open_repository(below) as repository:
        assert (repository.root, repository.git_dir) == (project.root, project.root / ".git")
    project.git("worktree", "add", "-q", str(tmp_path / "tree"))
    with open_repository(tmp_path / "tree") as repository:
        assert repository.root == tmp_path / "tree"
        assert repository.git_dir == project.root / ".git/worktrees/tree"
        assert repository.head() == project.head()


@pytest.mark.parametrize("text", ["gitdir: nowhere\n", "", "gitdir: .\n", "x" * 100_000])
def test_a_file_that_names_no_repository(project: Repo, tmp_path: Path, text: str) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / ".git").write_text(text)
    with pytest.raises(UserError):
        open_repository(folder)


def test_an_empty_folder_of_this_name_is_passed_over(project: Repo) -> None:
    (project.root / "sub/.git").mkdir(parents=True)
    with open_repository(project.root / "sub") as repository:
        assert repository.root == project.root


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
OWNED = [
    ("validate",),
    ("plan",),
    ("plan", "--base", "HEAD~1"),
    ("history",),
    ("list",),
    ("rollback",),
    ("activate", "v1", "--commit"),
    ("diff", "main", "HEAD"),
    ("apply", "--yes"),
    ("report",),
]


@needs_root
@pytest.mark.parametrize("command", OWNED, ids=" ".join)
def test_a_repository_of_somebody_else_is_named_in_gits_words(
    project: Repo, command: tuple[str, ...]
) -> None:
    project.commit("v2", sample.manifest("v2"))
    give_away(project.root, 12_345)
    done = lensops(*command, cwd=project.root)
    assert done.code == 2
    assert "detected dubious ownership" in done.err
    assert f"safe.directory {project.root}" in done.err
    assert "\\n" not in done.err


@needs_root
def test_a_folder_that_the_user_trusts(
    project: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_away(project.root, 12_345)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(project.root))
    assert lensops("history", cwd=project.root).code == 0
    monkeypatch.delenv("GIT_CONFIG_COUNT")
    assert lensops("history", cwd=project.root).code == 2


def give_away(folder: Path, user: int) -> None:
    for path in (folder, *folder.rglob("*")):
        if stat.S_ISLNK(path.lstat().st_mode):
            continue
        os.chown(path, user, user)
