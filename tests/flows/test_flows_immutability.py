"""Released means frozen: edits, deletions, renames and links, in validate, plan and gate."""

from __future__ import annotations

import pytest

from support import sample
from support.cli import lensops
from support.repo import Repo

CHANGED = "released version changed in place"
DELETED = "released version deleted"
RENAMED = "copy:\n    renamed_from: offer_copy"


@pytest.fixture
def released(project: Repo) -> Repo:
    """Both versions were active."""
    project.commit("v2", sample.manifest("v2"))
    return project


def findings(project: Repo) -> str:
    """What validate finds in versions that were released; plan and gate find the same."""
    texts = [lensops(command, cwd=project.root) for command in ("validate", "plan", "gate")]
    lines = [[word in done.out + done.err for word in (CHANGED, DELETED)] for done in texts]
    assert lines[0] == lines[1] == lines[2]
    assert (texts[0].code == 2) == (True in lines[0])
    assert (texts[2].code == 1) == (True in lines[0])
    return " ".join((texts[0].out + texts[0].err).split())


def move(project: Repo, *, declared: bool) -> dict[str, str]:
    project.git("mv", "prompts/offer_copy", "prompts/copy")
    text = sample.files("v2")["lensops.yaml"]
    return {"lensops.yaml": text.replace("offer_copy:", RENAMED if declared else "copy:")}


def test_comments_and_layout_may_change(released: Repo) -> None:
    released.write({"prompts/offer_copy/v1.yaml": "# a word\n" + sample.V1 + "\n"})
    assert CHANGED not in findings(released)


def test_a_content_that_another_version_has_is_a_change_all_the_same(released: Repo) -> None:
    released.write({"prompts/offer_copy/v1.yaml": sample.V2})
    assert f"{CHANGED}: offer_copy v1" in findings(released)


def test_a_deleted_version_is_found_with_the_commit_that_has_it(released: Repo) -> None:
    path = "prompts/offer_copy/v1.yaml"
    first = released.git("rev-list", "--max-parents=0", "HEAD")
    released.git("rm", "-q", path)
    released.commit("Tidy up")
    text = findings(released)
    assert f"{DELETED}: offer_copy v1 was active, commit {first[:10]} has it" in text
    assert f"git show {first[:10]}:{path} > {path}" in text
    released.write({path: released.git("show", f"{first}:{path}") + "\n"})
    assert DELETED not in findings(released)


def test_a_version_that_never_was_active_may_go(project: Repo) -> None:
    project.git("rm", "-q", "prompts/offer_copy/v2.yaml")
    project.commit("Drop a draft")
    assert DELETED not in findings(project)


def test_a_prompt_that_was_given_up_may_go_with_its_versions(released: Repo) -> None:
    released.git("rm", "-q", "-r", "prompts/offer_copy")
    text = sample.MANIFEST.replace("offer_copy", "other")
    released.commit("Another", {"lensops.yaml": text, "prompts/other/v1.yaml": "user: other\n"})
    assert DELETED not in findings(released)


@pytest.mark.parametrize("declared", [True, False])
def test_a_rename_frees_nothing(released: Repo, declared: bool) -> None:
    released.commit("Rename", move(released, declared=declared))
    assert CHANGED not in findings(released)
    released.write({"prompts/copy/v1.yaml": "user: edited\n"})
    assert f"{CHANGED}: copy v1" in findings(released)


def test_a_rename_that_is_not_committed_frees_nothing(released: Repo) -> None:
    released.write(move(released, declared=True) | {"prompts/copy/v1.yaml": "user: edited\n"})
    assert f"{CHANGED}: copy v1" in findings(released)


def test_rollback_goes_on_after_a_rename(released: Repo) -> None:
    released.commit("Rename", move(released, declared=True))
    assert lensops("rollback", cwd=released.root).code == 0
    assert "active: v1" in (released.root / "lensops.yaml").read_text()


def test_through_a_link(repo: Repo) -> None:
    files = {
        path.replace("prompts/offer_copy", "app/copy"): text
        for path, text in sample.files().items()
    }
    repo.write({"prompts/.keep": ""})
    (repo.root / "prompts/offer_copy").symlink_to("../app/copy")
    repo.commit("Begin", files)
    repo.commit("v2", sample.manifest("v2"))
    assert CHANGED not in findings(repo)
    repo.write({"app/copy/v1.yaml": "user: edited\n"})
    assert f"{CHANGED}: offer_copy v1" in findings(repo)
    assert lensops("rollback", cwd=repo.root).code == 1
    repo.git("checkout", "-q", "--", "app")
    assert lensops("rollback", cwd=repo.root).code == 0
    listed = lensops("list", "--format", "json", cwd=repo.root).json["prompts"][0]["versions"]
    assert listed[0]["status"] == "active"
    assert "v2 → v1" in lensops("plan", "--base", "HEAD~1", cwd=repo.root).out
    assert lensops("apply", "--yes", cwd=repo.root).code == 0


def test_what_a_sparse_checkout_leaves_out_is_not_deleted(released: Repo) -> None:
    path = "prompts/offer_copy/v1.yaml"
    released.git("sparse-checkout", "set", "--no-cone", "/*", f"!{path}")
    assert not (released.root / path).exists()
    assert CHANGED not in findings(released)
    assert DELETED not in findings(released)

    released.git("sparse-checkout", "disable")
    (released.root / path).unlink()
    assert DELETED in findings(released)
