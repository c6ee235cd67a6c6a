"""`rollback`: like `git revert`, and nothing but the manifest's one scalar changes."""

from __future__ import annotations

import pytest

from support import sample
from support.cli import lensops
from support.repo import Repo

TWO = """\
version: 1
project: demo
prompts:
  offer_copy: {active: v1}
  subject_line: {active: "v1"}
"""


@pytest.fixture
def activated(project: Repo) -> Repo:
    project.commit("Punchy copy for spring (#12)", sample.manifest("v2"))
    return project


def active(repo: Repo, prompt: str = "offer_copy") -> str:
    body = lensops("list", "--prompt", prompt, "--format", "json", cwd=repo.root).json
    return str(body["prompts"][0]["active"])


def test_the_commit_is_like_one_of_git_revert(activated: Repo) -> None:
    undone, before = activated.head(), activated.git("show", "HEAD~1:lensops.yaml")
    result = lensops("rollback", cwd=activated.root)
    assert (result.code, result.err.count("error")) == (0, 0)
    assert activated.git("log", "-1", "--format=%B").splitlines()[:3] == [
        'Revert "Punchy copy for spring (#12)"',
        "",
        f"This reverts commit {undone}.",
    ]
    assert activated.git("show", "HEAD:lensops.yaml") == before
    assert activated.git("show", "--name-only", "--format=") == "lensops.yaml"
    assert activated.git("status", "--porcelain") == ""
    events = lensops("history", "--format", "json", cwd=activated.root).json["events"]
    assert [(e["version"], e["kind"]) for e in events] == [
        ("v1", "rollback"),
        ("v2", "activate"),
        ("v1", "activate"),
    ]


def test_it_restores_the_same_bytes_as_git_revert(activated: Repo) -> None:
    lensops("rollback", cwd=activated.root)
    ours = activated.git("rev-parse", "HEAD^{tree}")
    activated.git("reset", "-q", "--hard", "HEAD~1")
    activated.git("revert", "--no-edit", "HEAD")
    assert activated.git("rev-parse", "HEAD^{tree}") == ours


@pytest.mark.parametrize("way", ["merge", "squash", "rebase"])
def test_however_the_activation_came(project: Repo, way: str) -> None:
    project.git("switch", "-q", "-c", "topic")
    project.commit("Try v2", sample.manifest("v2"))
    project.commit("Say more", {"notes.md": "why\n"})
    project.git("switch", "-q", "main")
    project.commit("Meanwhile", {"other.md": "x\n"})
    project.tick()
    if way == "merge":
        project.git("merge", "-q", "--no-ff", "-m", "Merge pull request #7 from topic", "topic")
    elif way == "squash":
        project.git("merge", "-q", "--squash", "topic")
        project.git("commit", "-q", "-m", "Try v2 (#7)")
    else:
        project.git("rebase", "-q", "main", "topic")
        project.git("switch", "-q", "main")
        project.git("merge", "-q", "--ff-only", "topic")
    assert active(project) == "v2"
    result = lensops("rollback", cwd=project.root)
    assert result.code == 0, result.err
    assert active(project) == "v1"
    assert (project.root / "notes.md").exists(), "only the manifest is rolled back"
    message = project.git("log", "-1", "--format=%B")
    assert message.startswith('Revert "')
    assert ("reversing\nchanges made to" in message) == (way == "merge")


def test_what_else_is_staged_or_edited_stays_so(activated: Repo) -> None:
    activated.write({"staged.md": "s\n", "prompts/offer_copy/v1.yaml": sample.V1 + "# note\n"})
    activated.git("add", "staged.md")
    assert lensops("rollback", cwd=activated.root).code == 0
    assert activated.git("status", "--porcelain").splitlines() == [
        " M prompts/offer_copy/v1.yaml",
        "A  staged.md",
    ]


def test_only_one_scalar_of_a_hand_written_manifest_changes(project: Repo) -> None:
    crlf = sample.MANIFEST.replace("active: v1", "active:   'v1'").replace("\n", "\r\n")
    project.commit("By hand", {"lensops.yaml": crlf.encode()})
    project.commit("Go", {"lensops.yaml": crlf.replace("'v1'", "'v2'").encode()})
    assert lensops("rollback", cwd=project.root).code == 0
    assert (project.root / "lensops.yaml").read_bytes() == crlf.encode()


def test_of_several_prompts_the_named_one(repo: Repo) -> None:
    files = {"lensops.yaml": TWO}
    for name in ("offer_copy", "subject_line"):
        files |= {f"prompts/{name}/v1.yaml": sample.V1, f"prompts/{name}/v2.yaml": sample.V2}
    repo.commit("Begin", files)
    repo.commit("Both", {"lensops.yaml": TWO.replace("v1", "v2")})
    result = lensops("rollback", cwd=repo.root)
    assert (result.code, "--prompt" in result.err) == (2, True)
    assert lensops("rollback", "--prompt", "subject_line", cwd=repo.root).code == 0
    assert (active(repo), active(repo, "subject_line")) == ("v2", "v1")


def test_twice_goes_back_twice(project: Repo) -> None:
    v3 = sample.V2.replace("punchy", "loud")
    project.commit("v2", sample.manifest("v2"))
    second = project.head()
    project.commit("v3", {"prompts/offer_copy/v3.yaml": v3, **sample.manifest("v3")})
    assert lensops("rollback", cwd=project.root).code == 0
    assert active(project) == "v2"
    assert lensops("rollback", cwd=project.root).code == 0
    assert active(project) == "v1"
    assert f"This reverts commit {second}." in project.git("log", "-1", "--format=%B")
    result = lensops("rollback", cwd=project.root)
    assert (result.code, "no version" in result.err) == (1, True)


def test_to_a_version(project: Repo) -> None:
    project.commit("v2", sample.manifest("v2"))
    lensops("rollback", cwd=project.root)
    assert lensops("rollback", "--to", "v2", cwd=project.root).code == 0
    assert active(project) == "v2"
    assert lensops("rollback", "--to", "v2", cwd=project.root).code == 1
    assert "did you mean 'v1'" in lensops("rollback", "--to", "v11", cwd=project.root).err


def test_no_commit_edits_only(activated: Repo) -> None:
    head = activated.head()
    assert lensops("rollback", "--no-commit", cwd=activated.root).code == 0
    assert activated.head() == head
    assert activated.git("status", "--porcelain") == " M lensops.yaml"
    assert "active: v1" in (activated.root / "lensops.yaml").read_text()


def test_a_manifest_with_edits_is_left_alone(activated: Repo) -> None:
    path = activated.root / "lensops.yaml"
    edited = path.read_text() + "# mine\n"
    path.write_text(edited)
    head = activated.head()
    result = lensops("rollback", cwd=activated.root)
    assert (result.code, "not committed" in result.err) == (1, True)
    assert (path.read_text(), activated.head()) == (edited, head)


def test_a_version_that_was_changed_in_place_is_no_way_back(activated: Repo) -> None:
    activated.commit("Sneak", {"prompts/offer_copy/v1.yaml": sample.V1.replace("warm", "cold")})
    result = lensops("rollback", cwd=activated.root)
    assert (result.code, "changed in place" in result.err) == (1, True)
    assert active(activated) == "v2"


def test_an_edit_in_place_is_not_the_manifests_to_undo(project: Repo) -> None:
    edited = project.commit("Sneak", {"prompts/offer_copy/v1.yaml": sample.V2})
    result = lensops("rollback", cwd=project.root)
    assert (result.code, f"git revert {edited[:10]}" in result.err) == (1, True)


def test_a_hook_that_refuses_leaves_all_as_it_was(activated: Repo) -> None:
    hook = activated.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no commits today >&2\nexit 1\n")
    hook.chmod(0o755)
    head = activated.head()
    result = lensops("rollback", cwd=activated.root)
    assert (result.code, "no commits today" in result.err) == (2, True)
    assert "hint: lensops.yaml is as it was; solve that, or edit it without a commit" in result.err
    assert activated.head() == head
    assert activated.git("status", "--porcelain") == ""


def test_on_a_detached_head(activated: Repo) -> None:
    activated.git("switch", "-q", "--detach")
    assert lensops("rollback", cwd=activated.root).code == 0
    assert active(activated) == "v1"


def test_a_shallow_clone_says_that_it_does_not_know(activated: Repo) -> None:
    clone = Repo(activated.root.parent / "clone", init=False)
    clone.root.mkdir()
    clone.git("clone", "-q", "--depth", "1", f"file://{activated.root}", ".")
    result = lensops("rollback", cwd=clone.root)
    assert (result.code, "history is cut" in result.err) == (1, True)
    assert "--unshallow" in result.err


def test_the_first_version_has_nothing_before_it(project: Repo) -> None:
    result = lensops("rollback", cwd=project.root)
    assert (result.code, "no version of offer_copy was active before v1" in result.err) == (1, True)


def test_outside_a_repository(project: Repo) -> None:
    (project.root / ".git").rename(project.root.parent / "elsewhere")
    result = lensops("rollback", cwd=project.root)
    assert (result.code, "not a git repository" in result.err) == (2, True)


@pytest.mark.parametrize("files", [{"prompts/offer_copy/v3.yaml": "user: [1\n"}, {}])
def test_a_broken_newest_version_is_undone_alone(activated: Repo, files: dict[str, str]) -> None:
    broken = activated.commit("v3, broken", files | sample.manifest("v3"))
    result = lensops("rollback", cwd=activated.root)
    assert result.code == 0, result.err
    manifest = (activated.root / "lensops.yaml").read_text()
    assert "active: v2" in manifest
    assert f"This reverts commit {broken}." in activated.git("log", "-1", "--format=%B")


def test_a_version_that_never_could_be_read_is_no_way_back(activated: Repo) -> None:
    activated.commit("v3, broken", {"prompts/offer_copy/v3.yaml": "user: [1\n"})
    activated.commit("activate it", sample.manifest("v3"))
    v4 = {"prompts/offer_copy/v4.yaml": "user: four\n"}
    activated.commit("v4", v4 | sample.manifest("v4"))
    assert lensops("rollback", cwd=activated.root).code == 0
    assert "active: v2" in (activated.root / "lensops.yaml").read_text()


def test_what_is_wrong_elsewhere_in_the_manifest_is_no_obstacle(activated: Repo) -> None:
    text = (activated.root / "lensops.yaml").read_text() + "unrelated: key\n"
    activated.commit("Break something else", {"lensops.yaml": text})
    result = lensops("rollback", cwd=activated.root)
    assert result.code == 0, result.err
    assert "active: v1" in (activated.root / "lensops.yaml").read_text()


def test_after_a_removal_and_a_return(activated: Repo) -> None:
    head = sample.MANIFEST.split("prompts:")[0]
    activated.commit("Remove", {"lensops.yaml": head + "prompts: {}\n"})
    activated.commit("v1", sample.manifest("v1"))
    activated.commit("v2", sample.manifest("v2"))
    events = lensops("history", "--format", "json", cwd=activated.root).json["events"]
    assert (events[0]["version"], events[0]["kind"]) == ("v2", "activate")
    assert lensops("rollback", cwd=activated.root).code == 0
    assert active(activated) == "v1"


def test_equal_contents_are_told_apart_by_name(project: Repo) -> None:
    copy = {"prompts/offer_copy/v9.yaml": sample.V1 + "# the same\n"}
    project.commit("v9", copy | sample.manifest("v9"))
    body = lensops("list", "--format", "json", cwd=project.root).json["prompts"][0]
    assert body["active"] == "v9"
    assert {row["version"]: row["status"] for row in body["versions"]} == {
        "v1": "archived",
        "v2": "never",
        "v9": "active",
    }
    events = lensops("history", "--format", "json", cwd=project.root).json["events"]
    assert [event["version"] for event in events] == ["v9", "v1"]
    assert lensops("rollback", cwd=project.root).code == 0
    assert active(project) == "v1"


@pytest.mark.parametrize("files", [["v9.yaml"], ["v9.system.md", "v9.user.md"]])
@pytest.mark.parametrize(
    "command", [("rollback", "--to", "v9"), ("activate", "v9", "--commit")], ids=" ".join
)
def test_no_commit_names_a_version_that_it_does_not_hold(
    activated: Repo, command: tuple[str, ...], files: list[str]
) -> None:
    head = activated.head()
    for name in files:
        activated.write({f"prompts/offer_copy/{name}": sample.V1})
    activated.git("add", f"prompts/offer_copy/{files[0]}")
    result = lensops(*command, cwd=activated.root)
    paths = ", ".join(f"prompts/offer_copy/{name}" for name in files)
    assert (result.code, f"not committed: {paths}" in result.err) == (1, True), result.err
    assert "active: v2" in (activated.root / "lensops.yaml").read_text()
    activated.git("add", ".")
    activated.git("commit", "-qm", "v9")
    assert lensops(*command, cwd=activated.root).code == 0
    assert activated.head() != head


@pytest.mark.parametrize(("setting", "value"), [("core.worktree", "../.."), ("core.bare", "yes")])
@pytest.mark.parametrize("command", [("rollback",), ("activate", "v1", "--commit")], ids=" ".join)
def test_a_work_tree_that_git_sees_elsewhere_is_not_committed_to(
    activated: Repo, command: tuple[str, ...], setting: str, value: str
) -> None:
    head = activated.head()
    activated.git("config", setting, value)
    result = lensops(*command, cwd=activated.root)
    assert (result.code, setting in result.err, "hint: git config" in result.err) == (2, True, True)
    assert "active: v2" in (activated.root / "lensops.yaml").read_text()
    assert activated.git("rev-parse", "HEAD") == head


def test_in_a_submodule_and_a_worktree(activated: Repo) -> None:
    outer = Repo(activated.root.parent / "outer")
    allow = ("-c", "protocol.file.allow=always")
    outer.git(*allow, "submodule", "add", "-q", str(activated.root), "sub")
    tree = activated.root.parent / "tree"
    activated.git("worktree", "add", "-q", str(tree), "-b", "other")
    for root in (outer.root / "sub", tree):
        assert lensops("rollback", cwd=root).code == 0
        assert "active: v1" in Repo(root, init=False).git("show", "HEAD:lensops.yaml")
