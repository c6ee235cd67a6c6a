"""`history` and `list`: what git tells, in the columns and keys that are promised."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import sample
from support.cli import lensops
from support.repo import Repo


@pytest.fixture
def storied(project: Repo) -> Repo:
    project.commit(
        "Punchy copy for spring (#12)", sample.manifest("v2"), author="Grace <grace@example.org>"
    )
    project.tick()
    project.git("revert", "--no-edit", "HEAD")
    return project


def test_history_for_people(storied: Repo) -> None:
    heading, columns, *rows = lensops("history", cwd=storied.root).out.splitlines()
    assert heading == "offer_copy"
    assert columns.split() == ["Version", "Activated", "Status", "Kind", "Author", "Commit", "PR"]
    assert [row.split()[:2] for row in rows] == [
        ["v1", "◀"],
        ["v2", "2025-06-15"],
        ["v1", "2025-06-15"],
    ]
    assert "rolled back" in rows[1]
    assert rows[1].split()[-3:] == [
        "Grace",
        storied.git("rev-parse", "--short=10", "HEAD~1"),
        "#12",
    ]


def test_history_as_json(storied: Repo) -> None:
    body = lensops("history", "--format", "json", cwd=storied.root).json
    assert (body["schema"], body["complete"]) == ("lensops/history/v1", True)
    newest, middle, oldest = body["events"]
    assert (newest["version"], newest["previous"], newest["kind"]) == ("v1", "v2", "rollback")
    assert newest["subject"].startswith("Revert ")
    assert {key: middle[key] for key in ("version", "author", "pull_request", "kind")} == {
        "version": "v2",
        "author": "Grace",
        "pull_request": 12,
        "kind": "activate",
    }
    assert (oldest["previous"], oldest["date"]) == (None, "2025-06-15T15:07:40Z")


def test_history_of_one_prompt(storied: Repo) -> None:
    assert lensops("history", "--prompt", "offer_copy", cwd=storied.root).code == 0
    result = lensops("history", "--prompt", "offer_cop", cwd=storied.root)
    assert (result.code, "did you mean 'offer_copy'?" in result.err) == (2, True)


def test_history_shows_twenty_and_all_of_them(project: Repo) -> None:
    for index in range(24):
        project.commit(f"Turn {index}", sample.manifest("v2" if index % 2 == 0 else "v1"))
    out = lensops("history", cwd=project.root).out.splitlines()
    assert len(out) == 2 + 20 + 2
    assert out[-1] == "5 older ones are shown by --all"
    assert len(lensops("history", "--all", cwd=project.root).out.splitlines()) == 2 + 25


def test_a_broken_manifest_in_the_middle_is_named(project: Repo) -> None:
    broken = project.commit("Oops", {"lensops.yaml": "version: [1\n"})
    project.commit("Mend", sample.manifest("v2"))
    out = lensops("history", "--all", cwd=project.root).out
    assert f"{broken[:10]} by Ada: broken manifest: lensops.yaml:" in out
    assert "1 commit left out" in lensops("history", cwd=project.root).out


def test_on_the_tracked_branch_unpushed_commits_count(project: Repo) -> None:
    clone = Repo(project.root.parent / "clone", init=False)
    clone.root.mkdir()
    clone.git("clone", "-q", str(project.root), ".")
    clone.commit("Go", sample.manifest("v2"))
    events = lensops("history", "--format", "json", cwd=clone.root).json["events"]
    assert [event["version"] for event in events] == ["v2", "v1"]


def test_on_another_branch_the_tracked_one_is_told(project: Repo) -> None:
    project.git("switch", "-q", "-c", "topic")
    project.commit("Try v2", sample.manifest("v2"))
    told = lensops("history", "--format", "json", cwd=project.root).json["events"]
    assert [event["version"] for event in told] == ["v1"]
    here = lensops("history", "--ref", "HEAD", "--format", "json", cwd=project.root).json["events"]
    assert [event["version"] for event in here] == ["v2", "v1"]
    (family,) = lensops("list", "--format", "json", cwd=project.root).json["prompts"]
    (v2,) = [each for each in family["versions"] if each["version"] == "v2"]
    assert (v2["status"], v2["activated_at"]) == ("active", None)
    assert "not committed" not in lensops("list", cwd=project.root).out
    assert "not on main" in lensops("list", cwd=project.root).out


def test_list_for_people(storied: Repo) -> None:
    storied.write({"prompts/offer_copy/v3.yaml": sample.V2.replace("punchy", "loud")})
    heading, columns, v1, v2, v3 = lensops("list", cwd=storied.root).out.splitlines()
    assert heading == "offer_copy"
    assert columns.split() == ["Version", "Activated", "Status", "Author", "Commit", "PR"]
    assert v1.split()[:2] == ["v1", "◀"]
    assert ("active" in v1, "rolled back" in v2, "never" in v3) == (True, True, True)


def test_list_as_json(storied: Repo) -> None:
    body = lensops("list", "--format", "json", cwd=storied.root).json
    assert body["schema"] == "lensops/list/v1"
    (family,) = body["prompts"]
    assert (family["name"], family["active"]) == ("offer_copy", "v1")
    v1, v2 = family["versions"]
    assert (v1["status"], v2["status"]) == ("active", "rolled back")
    assert v1["activated_at"] > v2["activated_at"]
    assert v2["author"] == "Grace"
    assert v2["digest"].startswith("sha256:")


def test_list_names_a_broken_version_and_goes_on(project: Repo) -> None:
    project.write({"prompts/offer_copy/v10.yaml": "user: [1\n"})
    result = lensops("list", cwd=project.root)
    assert result.code == 0
    assert "✗ prompts/offer_copy/v10.yaml:" in result.out
    versions = lensops("list", "--format", "json", cwd=project.root).json["prompts"][0]["versions"]
    assert [each["version"] for each in versions] == ["v1", "v2", "v10"]


def test_list_without_a_repository(project: Repo) -> None:
    (project.root / ".git").rename(project.root.parent / "elsewhere")
    result = lensops("list", cwd=project.root)
    assert (result.code, "activations are not known" in result.out) == (0, True)
    assert lensops("history", cwd=project.root).code == 2


def test_before_the_first_commit(repo: Repo) -> None:
    repo.write(sample.files())
    assert "No activation is in git yet" in lensops("history", cwd=repo.root).out
    assert "not committed" in lensops("list", cwd=repo.root).out


def test_a_shallow_clone_says_so(storied: Repo) -> None:
    clone = Repo(storied.root.parent / "clone", init=False)
    clone.root.mkdir()
    clone.git("clone", "-q", "--depth", "1", f"file://{storied.root}", ".")
    body = lensops("history", "--format", "json", cwd=clone.root).json
    assert (body["complete"], body["cut_at"]) == (False, storied.head())
    assert "history is cut at" in lensops("history", cwd=clone.root).out
    assert "history is cut at" in lensops("list", cwd=clone.root).out


def test_names_that_would_bend_the_terminal(project: Repo) -> None:
    project.commit(
        "[red]x[/red] \x1b[2J (#3)", sample.manifest("v2"), author="[bold]Eve\x1b]0;x\x07 <e@x.org>"
    )
    for command in ("history", "list"):
        out = lensops(command, cwd=project.root).out
        assert "\x1b" not in out
        assert "[bold]Eve" in out


def test_nothing_is_written(storied: Repo) -> None:
    before = sorted(storied.root.rglob("*"))
    for command in ("history", "list", "diff", "plan", "status", "validate"):
        lensops(command, cwd=storied.root)
    assert sorted(storied.root.rglob("*")) == before


def test_in_a_bare_repository(storied: Repo) -> None:
    bare = storied.root.parent / "bare.git"
    storied.git("clone", "-q", "--bare", str(storied.root), str(bare))
    here = lensops("history", "--format", "json", cwd=storied.root).json
    assert lensops("history", "--format", "json", cwd=bare).json == here
    named = lensops("history", "--manifest", "lensops.yaml", "--format", "json", cwd=bare)
    assert named.json == here


def test_without_a_manifest(repo: Repo, tmp_path: Path) -> None:
    repo.commit("Nothing of ours", {"a.txt": "a\n"})
    repo.git("clone", "-q", "--bare", str(repo.root), str(tmp_path / "bare.git"))
    for folder in (repo.root, tmp_path / "bare.git"):
        done = lensops("history", cwd=folder)
        assert (done.code, "no lensops.yaml" in done.err) == (2, True)


def test_in_a_worktree_and_a_submodule(storied: Repo, tmp_path: Path) -> None:
    here = lensops("history", "--format", "json", cwd=storied.root).json
    storied.git("worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    assert lensops("history", "--format", "json", cwd=tmp_path / "tree").json == here
    outer = Repo(tmp_path / "outer")
    allowed = ("-c", "protocol.file.allow=always")
    outer.git(*allowed, "submodule", "add", "-q", str(storied.root), "inner")
    inner = lensops("history", "--format", "json", cwd=outer.root / "inner")
    assert inner.json == here
