"""Clones of every kind: shallow, blob-less, bare, worktree, submodule."""

from __future__ import annotations

from pathlib import Path

import pytest

from lensops.errors import UserError
from lensops.git import open_repository
from lensops.history import read_history
from support import sample
from support.repo import Repo


@pytest.fixture
def grown(project: Repo) -> Repo:
    project.commit("Activate v2", sample.manifest("v2"))
    project.commit("Other", {"other.txt": "x"})
    project.commit("Back to v1", sample.manifest("v1"))
    project.git("config", "uploadpack.allowFilter", "true")
    return project


def clone(repo: Repo, to: Path, *flags: str) -> Repo:
    repo.git("clone", "-q", *flags, f"file://{repo.root}", str(to))
    return Repo(to, init=False)


def kinds(folder: Path, ref: str = "HEAD") -> list[str]:
    with open_repository(folder, bare=True) as repository:
        events = read_history(repository, "lensops.yaml", ref).events
    return [str(event.kind) for event in reversed(events)]


def test_shallow_clone_is_said_and_never_passed_off_as_whole(grown: Repo, tmp_path: Path) -> None:
    shallow = clone(grown, tmp_path / "clone", "--depth", "2")
    with open_repository(shallow.root) as repository:
        history = read_history(repository, "lensops.yaml")
        assert repository.shallow
    assert not history.complete
    assert history.cut_at == shallow.git("rev-parse", "HEAD^")
    assert [str(e.kind) for e in history.events] == ["activate", "unknown"]


def test_a_shallow_fetch_of_another_branch_cuts_no_whole_line(grown: Repo, tmp_path: Path) -> None:
    whole = clone(grown, tmp_path / "clone")
    grown.git("switch", "-q", "-c", "other")
    for number in range(3):
        grown.commit(f"Other {number}", {"other.txt": str(number)})
    whole.git("fetch", "-q", "--depth", "1", "origin", "other")
    assert (whole.root / ".git/shallow").exists()
    with open_repository(whole.root) as repository:
        history = read_history(repository, "lensops.yaml")
        other = read_history(repository, "lensops.yaml", "FETCH_HEAD")
    assert (history.complete, [str(e.kind) for e in history.events][-1]) == (True, "activate")
    assert (other.complete, [str(e.kind) for e in other.events]) == (False, ["unknown"])


def test_a_base_that_a_shallow_clone_lacks_is_told_with_what_mends_it(
    grown: Repo, tmp_path: Path
) -> None:
    grown.git("branch", "other", "HEAD~1")
    shallow = clone(grown, tmp_path / "clone", "--depth", "1")
    with (
        open_repository(shallow.root) as repository,
        pytest.raises(UserError, match="no revision 'origin/other'") as raised,
    ):
        repository.merge_base("origin/other")
    assert "fetch-depth: 0" in (raised.value.hint or "")


def test_blobless_clone(grown: Repo, tmp_path: Path) -> None:
    blobless = clone(grown, tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    assert kinds(blobless.root) == ["activate", "activate", "rollback"]


def test_what_is_lacking_is_fetched_for_renames_too(grown: Repo, tmp_path: Path) -> None:
    (grown.root / "shop").mkdir()
    grown.git("mv", "lensops.yaml", "prompts", "shop")
    text = (grown.root / "shop/lensops.yaml").read_text()
    grown.commit("Move", {"shop/lensops.yaml": f"{text}# moved\n"})
    for kind in ("blob:none", "tree:0"):
        lacking = clone(grown, tmp_path / kind, f"--filter={kind}", "--no-checkout")
        with open_repository(lacking.root) as repository:
            events = read_history(repository, "shop/lensops.yaml").events
        assert [str(event.kind) for event in events] == ["rollback", "activate", "activate"]


def test_blobless_clone_whose_origin_is_gone_is_told(grown: Repo, tmp_path: Path) -> None:
    blobless = clone(grown, tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    grown.root.rename(tmp_path / "moved")
    with (
        open_repository(blobless.root) as repository,
        pytest.raises(UserError, match=r"git cat-file failed: .*(gone|repository|exist)"),
    ):
        read_history(repository, "lensops.yaml")


def test_ids_of_sha256(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "new", init=False)
    repo.root.mkdir()
    repo.git("init", "-q", "-b", "main", "--object-format=sha256")
    repo.commit("Begin", sample.files())
    repo.commit("Activate v2", sample.manifest("v2"))
    repo.git("rm", "-q", "prompts/offer_copy/v1.yaml")
    repo.commit("Remove v1")
    repo.commit("Name v1, which is gone", sample.manifest("v1"))
    assert kinds(repo.root) == ["activate", "activate", "activate"]
    with open_repository(repo.root) as repository:
        tree = repository.tree(repository.merge_base("HEAD~2"))
        assert b"v2" in tree.read("lensops.yaml", 10_000)
        assert tree.names("prompts/offer_copy") == ["v1.yaml", "v2.yaml"]


def test_bare_repository(grown: Repo, tmp_path: Path) -> None:
    bare = clone(grown, tmp_path / "clone.git", "--bare")
    assert kinds(bare.root) == ["activate", "activate", "rollback"]


def test_worktree(grown: Repo, tmp_path: Path) -> None:
    grown.git("worktree", "add", "-q", str(tmp_path / "tree"), "HEAD~1")
    assert kinds(tmp_path / "tree") == ["activate", "activate"]


def test_submodule(grown: Repo, tmp_path: Path) -> None:
    outer = Repo(tmp_path / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(grown.root), "sub")
    assert kinds(outer.root / "sub") == ["activate", "activate", "rollback"]


def test_not_a_repository(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a git repository"):
        open_repository(tmp_path)
