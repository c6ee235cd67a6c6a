"""Every shape of git history, as real repositories: activations are read right."""

from __future__ import annotations

import pytest

from lensops.git import open_repository
from lensops.history import History, read_history, released_versions
from support import sample
from support.repo import Repo


def told(repo: Repo, ref: str = "HEAD", manifest: str = "lensops.yaml") -> History:
    with open_repository(repo.root) as repository:
        return read_history(repository, manifest, ref)


def short(history: History) -> list[tuple[str, str | None, str | None]]:
    """Kind, previous and version of each event, oldest first."""
    return [(str(e.kind), e.previous, e.version) for e in reversed(history.events)]


BEGUN = ("activate", None, "v1")
TO_V2 = ("activate", "v1", "v2")
BACK = ("rollback", "v2", "v1")
AGAIN = ("re-apply", "v1", "v2")


def branch(repo: Repo, name: str = "topic", active: str = "v2") -> None:
    """A branch with a detour: three commits, of which the last one activates."""
    repo.git("checkout", "-q", "-b", name)
    repo.commit("wip", {"notes.txt": name})
    repo.commit("try", {"lensops.yaml": sample.MANIFEST.replace("v1 #", "v1  #")})
    repo.commit(f"Activate {active}", sample.manifest(active))
    repo.git("checkout", "-q", "main")


def test_straight_commits(project: Repo) -> None:
    second = project.commit("Activate v2 (#7)", sample.manifest("v2"))
    history = told(project)
    assert short(history) == [BEGUN, TO_V2]
    event = history.events[0]
    assert (event.commit, event.author, event.pull_request) == (second, "Ada", 7)
    assert (event.subject, event.date) == ("Activate v2 (#7)", "2025-06-15T15:08:40Z")
    assert [e.status for e in history.events] == ["active", "archived"]
    assert history.complete
    assert history.cut_at is None


def test_merge_commit_is_one_event(project: Repo) -> None:
    branch(project)
    project.tick()
    project.git("merge", "-q", "--no-ff", "topic", "-m", "Merge pull request #12 from ada/topic")
    history = told(project)
    assert short(history) == [BEGUN, TO_V2]
    assert (history.events[0].commit, history.events[0].pull_request) == (project.head(), 12)


def test_squash(project: Repo) -> None:
    branch(project)
    project.git("merge", "-q", "--squash", "topic")
    project.commit("Punchy copy (#13)")
    assert short(told(project)) == [BEGUN, TO_V2]
    assert told(project).events[0].pull_request == 13


def test_rebase(project: Repo) -> None:
    branch(project)
    project.commit("Meanwhile", {"other.txt": "x"})
    project.git("checkout", "-q", "topic")
    project.git("rebase", "-q", "main")
    project.git("checkout", "-q", "main")
    project.git("merge", "-q", "--ff-only", "topic")
    assert short(told(project)) == [BEGUN, TO_V2]


def test_revert_and_revert_of_the_revert(project: Repo) -> None:
    project.commit("Activate v2", sample.manifest("v2"))
    project.tick()
    project.git("revert", "--no-edit", "HEAD")
    assert short(told(project)) == [BEGUN, TO_V2, BACK]
    assert [e.status for e in told(project).events] == ["active", "rolled back", "archived"]
    project.tick()
    project.git("revert", "--no-edit", "HEAD")
    assert short(told(project)) == [BEGUN, TO_V2, BACK, AGAIN]


def test_revert_of_a_merge(project: Repo) -> None:
    branch(project)
    project.tick()
    project.git("merge", "-q", "--no-ff", "--no-edit", "topic")
    project.tick()
    project.git("revert", "--no-edit", "-m", "1", "HEAD")
    assert short(told(project)) == [BEGUN, TO_V2, BACK]


def test_revert_with_hand_edits_and_another_message(project: Repo) -> None:
    project.commit("Activate v2", sample.manifest("v2"))
    by_hand = sample.MANIFEST.replace("# what a pull request changes", "# back again")
    project.commit("Tidy up", {"lensops.yaml": by_hand})
    assert short(told(project)) == [BEGUN, TO_V2, BACK]


def test_rollback_over_two_versions_and_back_to_the_middle(project: Repo) -> None:
    v3 = {"prompts/offer_copy/v3.yaml": "user: three\n"}
    project.commit("v2", sample.manifest("v2"))
    project.commit("v3", v3 | sample.manifest("v3"))
    project.commit("v1", sample.manifest("v1"))
    project.commit("v2", sample.manifest("v2"))
    assert [kind for kind, _, _ in short(told(project))] == [
        "activate",
        "activate",
        "activate",
        "rollback",
        "re-apply",
    ]


@pytest.mark.parametrize("layout", ["comment", "quotes", "crlf"])
def test_layout_is_no_event(project: Repo, layout: str) -> None:
    text = {
        "comment": sample.MANIFEST + "# the end\n",
        "quotes": sample.MANIFEST.replace("active: v1", "active: 'v1'"),
        "crlf": sample.MANIFEST.replace("\n", "\r\n"),
    }[layout]
    project.commit("Layout", {"lensops.yaml": text})
    history = told(project)
    assert short(history) == [BEGUN]
    assert [s.reason for s in history.skipped] == ["no effective change"]


def test_a_new_name_for_the_same_content_is_an_event(project: Repo) -> None:
    project.commit("Copy", {"prompts/offer_copy/v9.yaml": sample.V1} | sample.manifest("v9"))
    assert short(told(project)) == [BEGUN, ("activate", "v1", "v9")]
    with open_repository(project.root) as repository:
        released = released_versions(repository, "lensops.yaml").versions
    assert [release.version for release in released] == ["v1", "v9"]


def test_active_version_changed_in_place(project: Repo) -> None:
    first = project.head()
    project.commit("Edit", {"prompts/offer_copy/v1.yaml": sample.V1.replace("warm", "cold")})
    assert short(told(project)) == [BEGUN, ("activate", "v1", "v1")]
    with open_repository(project.root) as repository:
        (release,) = released_versions(repository, "lensops.yaml").versions
    assert (release.prompt, release.version, release.commit) == ("offer_copy", "v1", first)
    assert release.digest == told(project).events[-1].digest


def test_other_versions_and_files_are_no_events(project: Repo) -> None:
    project.commit("Draft", {"prompts/offer_copy/v3.yaml": "user: draft\n", "README": "x"})
    assert short(told(project)) == [BEGUN]


@pytest.mark.parametrize("name", ["llmops.yaml", "service/lensops.yaml"])
def test_manifest_renamed_or_moved(project: Repo, name: str) -> None:
    project.commit("Activate v2", sample.manifest("v2"))
    folder = name.rpartition("/")[0]
    (project.root / folder).mkdir(exist_ok=True)
    project.git("mv", "lensops.yaml", name)
    if folder:
        project.git("mv", "prompts", f"{folder}/prompts")
    project.commit("Move")
    text = (project.root / name).read_text()
    project.commit("Back", {name: text.replace("active: v2", "active: v1")})
    assert short(told(project, manifest=name)) == [BEGUN, TO_V2, BACK]


def test_moved_twice(project: Repo) -> None:
    for step in ["a", "b"]:
        (project.root / step).mkdir()
        before = "." if step == "a" else "a"
        project.git("mv", f"{before}/lensops.yaml", f"{before}/prompts", step)
        project.commit(f"Move to {step}")
    assert short(told(project, manifest="b/lensops.yaml")) == [BEGUN]


def test_manifest_removed_and_added_again(project: Repo) -> None:
    text = (project.root / "lensops.yaml").read_text()
    project.git("rm", "-q", "lensops.yaml")
    project.commit("Away")
    project.commit("Here", {"lensops.yaml": text})
    assert [kind for kind, _, _ in short(told(project))] == ["activate", "remove", "re-apply"]


def test_several_prompts_in_one_commit_and_one_removed(project: Repo) -> None:
    more = sample.MANIFEST.replace("    active: v1", "    active: v2") + "\n"
    more = more.replace("targets:", "  email:\n    active: a\n\ntargets:")
    project.commit("Two", {"lensops.yaml": more, "prompts/email/a.md": "Dear {{ name }}"})
    history = told(project)
    assert {e.prompt for e in history.events if e.commit == project.head()} == {
        "email",
        "offer_copy",
    }
    project.commit("One", sample.manifest("v2"))
    removal = told(project).events[0]
    assert (removal.prompt, str(removal.kind), removal.previous) == ("email", "remove", "a")
    with open_repository(project.root) as repository:
        only = read_history(repository, "lensops.yaml", prompt="email")
    assert {e.prompt for e in only.events} == {"email"}


def test_manifest_introduced_late(repo: Repo) -> None:
    for number in range(3):
        repo.commit(f"Before {number}", {"src.txt": str(number)})
    repo.commit("Adopt lensops", sample.files())
    assert short(told(repo)) == [BEGUN]


def test_prompts_existed_before_the_manifest(repo: Repo) -> None:
    files = sample.files()
    manifest = files.pop("lensops.yaml")
    repo.commit("Prompts", files)
    late = repo.commit("Manifest", {"lensops.yaml": manifest})
    assert told(repo).events[0].commit == late


def test_unborn_branch(repo: Repo) -> None:
    repo.write(sample.files())
    assert told(repo) == History(complete=True, cut_at=None, events=())


def test_detached_head_and_other_refs(project: Repo) -> None:
    branch(project)
    project.git("checkout", "-q", "--detach", "topic")
    assert short(told(project)) == [BEGUN, TO_V2]
    assert short(told(project, "main")) == [BEGUN]


def test_broken_manifest_in_the_middle(project: Repo) -> None:
    project.commit("Break", {"lensops.yaml": "prompts: [\n"})
    broken = project.head()
    project.commit("Mend", sample.manifest("v2"))
    history = told(project)
    assert short(history) == [BEGUN, TO_V2]
    assert [s.commit for s in history.skipped] == [broken]
    assert "lensops.yaml:2:1" in history.skipped[0].reason


def test_version_without_a_file_in_the_middle(project: Repo) -> None:
    project.commit("Too early", sample.manifest("v3"))
    third = project.commit("The file", {"prompts/offer_copy/v3.yaml": "user: three\n"})
    history = told(project)
    assert short(history) == [BEGUN, ("activate", "v1", "v3"), ("activate", "v3", "v3")]
    assert [event.digest is None for event in history.events] == [False, True, False]
    assert history.events[0].commit == third


def test_clock_runs_backwards(project: Repo) -> None:
    project.commit("Activate v2", sample.manifest("v2"), at=1_000_000_000)
    project.commit("Back", sample.manifest("v1"), at=900_000_000)
    assert short(told(project)) == [BEGUN, TO_V2, BACK]


def test_hostile_names_and_messages(project: Repo) -> None:
    project.commit(
        "[bold]x[/] \x1b[31mred \u202etxt\n\nBody \x01 with marks",
        sample.manifest("v2"),
        author="[red]Eve[/] \x1b[2J <eve@example.org>",
    )
    event = told(project).events[0]
    assert event.author.startswith("[red]Eve")
    assert "\x1b[31m" in event.subject  # data stays as it is; escaping is the renderers' work
    assert short(told(project)) == [BEGUN, TO_V2]


def test_settings_of_the_person_change_nothing(project: Repo) -> None:
    project.commit("Activate v2", sample.manifest("v2"))
    for name, value in [
        ("log.follow", "true"),
        ("log.showSignature", "true"),
        ("color.ui", "always"),
        ("diff.renames", "copies"),
        ("log.date", "relative"),
        ("core.quotePath", "true"),
    ]:
        project.git("config", name, value)
    assert short(told(project)) == [BEGUN, TO_V2]
