"""One timeline: versions without a digest, equal contents, removals and odd commits."""

from __future__ import annotations

import pytest

from lensops.git import open_repository
from lensops.history import History, read_history, released_versions
from support import sample
from support.repo import Repo

BROKEN = "user: [1, 2\n"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 9\n"


def read(repo: Repo) -> History:
    with open_repository(repo.root) as repository:
        return read_history(repository, "lensops.yaml")


def steps(history: History) -> list[tuple[str, str | None]]:
    return [(str(event.kind), event.version) for event in reversed(history.events)]


def line(history: History) -> list[str | None]:
    return [event.version for event in history.lines["offer_copy"]]


def file(version: str, text: str) -> dict[str, str]:
    return {f"prompts/offer_copy/{version}.yaml": text}


@pytest.mark.parametrize(
    "files",
    [file("v3", BROKEN), {}, {"prompts/offer_copy/v3.md": POINTER}],
    ids=["broken", "forgotten", "pointer"],
)
def test_a_version_without_a_digest_is_an_event(project: Repo, files: dict[str, str]) -> None:
    project.commit("v2", sample.manifest("v2"))
    project.commit("v3", files | sample.manifest("v3"))
    history = read(project)
    assert steps(history) == [("activate", "v1"), ("activate", "v2"), ("activate", "v3")]
    assert history.events[0].digest is None
    assert history.events[0].status == "active"
    assert line(history) == ["v1", "v2", "v3"]
    project.commit("back", sample.manifest("v2"))
    assert steps(read(project))[-1] == ("rollback", "v2")
    assert line(read(project)) == ["v1", "v2"]


def test_a_file_that_follows_completes_the_activation(project: Repo) -> None:
    project.commit("v2", sample.manifest("v2"))
    early = project.commit("v3", sample.manifest("v3"))
    project.commit("The file", file("v3", "user: three\n"))
    history = read(project)
    assert line(history) == ["v1", "v2", "v3"]
    assert history.lines["offer_copy"][-1].commit == early
    assert history.lines["offer_copy"][-1].digest == history.events[0].digest


def test_a_file_that_breaks_and_is_restored(project: Repo) -> None:
    project.commit("Break", file("v1", BROKEN))
    project.commit("Restore", file("v1", sample.V1))
    assert steps(read(project)) == [("activate", "v1"), ("activate", "v1"), ("rollback", "v1")]


def test_removed_and_added_again(project: Repo) -> None:
    project.commit("v2", sample.manifest("v2"))
    empty = sample.MANIFEST.split("prompts:")[0] + "prompts: {}\n"
    project.commit("Remove", {"lensops.yaml": empty})
    project.commit("v1 again", sample.manifest("v1"))
    project.commit("v2 again", sample.manifest("v2"))
    history = read(project)
    assert [kind for kind, _ in steps(history)] == [
        *("activate", "activate", "remove", "re-apply", "activate")
    ]
    assert line(history) == ["v1", "v2"]


def test_equal_contents_under_two_names(project: Repo) -> None:
    project.commit("Copy", file("v9", sample.V1 + "# a copy\n") | sample.manifest("v9"))
    history = read(project)
    assert steps(history) == [("activate", "v1"), ("activate", "v9")]
    assert [event.status for event in history.events] == ["active", "archived"]
    assert line(history) == ["v1", "v9"]
    project.commit("Back", sample.manifest("v1"))
    assert steps(read(project))[-1] == ("rollback", "v1")
    project.commit("Again", sample.manifest("v9"))
    assert steps(read(project))[-1] == ("re-apply", "v9")
    with open_repository(project.root) as repository:
        released = released_versions(repository, "lensops.yaml").versions
    assert {release.version for release in released} == {"v1", "v9"}


def test_a_copy_of_an_older_version_is_a_rollback(project: Repo) -> None:
    project.commit("v2", sample.manifest("v2"))
    project.commit("Copy of v1", file("v3", sample.V1) | sample.manifest("v3"))
    assert steps(read(project))[-1] == ("rollback", "v3")
    assert line(read(project)) == ["v3"]


@pytest.mark.parametrize(
    "committer",
    [
        "Ada <ada@example.org> -86400 +0000",
        "Ada <ada@example.org> soon",
        "Ada <ada@example.org>",
        "nobody",
        "Ada <ada@example.org> 99999999999999999999 +0000",
    ],
)
def test_a_commit_whose_date_git_cannot_read(project: Repo, committer: str) -> None:
    project.commit("v2", sample.manifest("v2"))
    raw = project.git("cat-file", "commit", "HEAD")
    lines = [
        f"committer {committer}" if text.startswith("committer ") else text
        for text in raw.split("\n")
    ]
    path = project.root / "commit"
    path.write_text("\n".join(lines))
    odd = project.git("hash-object", "-t", "commit", "-w", "--literally", "commit")
    path.unlink()
    project.git("reset", "-q", "--hard", odd)
    history = read(project)
    assert steps(history) == [("activate", "v1"), ("activate", "v2")]
    assert history.events[0].commit == odd


def test_links_are_followed_as_in_the_work_tree(repo: Repo) -> None:
    files = sample.files()
    prompts = {path: text for path, text in files.items() if path.startswith("prompts/")}
    others = {path: text for path, text in files.items() if path not in prompts}
    app = {path.replace("prompts/offer_copy", "app/copy"): text for path, text in prompts.items()}
    repo.write({"prompts/.keep": ""})
    (repo.root / "prompts/offer_copy").symlink_to("../app/copy")
    repo.commit("Begin", {**others, **app})
    repo.commit("v2", sample.manifest("v2"))
    repo.commit("Edit through the link", {"app/copy/v2.yaml": "user: edited\n"})
    history = read(repo)
    assert steps(history) == [("activate", "v1"), ("activate", "v2"), ("activate", "v2")]
    assert None not in [event.digest for event in history.events]


def test_a_link_that_leaves_the_repository_is_no_content(project: Repo) -> None:
    (project.root / "prompts/offer_copy/v3.md").symlink_to("/etc/hostname")
    project.commit("v3", sample.manifest("v3"))
    history = read(project)
    assert (history.events[0].version, history.events[0].digest) == ("v3", None)


def test_links_of_any_size_and_in_circles_are_no_content(project: Repo) -> None:
    (project.root / "long").write_text("../" * 1_000_000)
    blob = project.git("hash-object", "-w", "long")
    project.git("update-index", "--add", "--cacheinfo", f"120000,{blob},prompts/offer_copy/v3.md")
    (project.root / "long").unlink()
    project.write(sample.manifest("v3"))
    project.git("add", "lensops.yaml")
    project.git("commit", "-q", "-m", "A long link")
    project.git("checkout", "-q", "--", "lensops.yaml")
    (project.root / "prompts/offer_copy/v4.md").symlink_to("v5.md")
    (project.root / "prompts/offer_copy/v5.md").symlink_to("v4.md")
    project.git("add", "prompts/offer_copy/v4.md", "prompts/offer_copy/v5.md")
    project.write(sample.manifest("v4"))
    project.git("add", "lensops.yaml")
    project.git("commit", "-q", "-m", "A circle")
    events = read(project).events
    assert [(event.version, event.digest) for event in events[:2]] == [("v4", None), ("v3", None)]


def rename(project: Repo, *, declared: bool, edit: bool = False) -> None:
    """The prompt becomes `copy`, with or without a word in the manifest and another content."""
    project.git("mv", "prompts/offer_copy", "prompts/copy")
    entry = "copy:\n    renamed_from: offer_copy" if declared else "copy:"
    text = sample.files("v2")["lensops.yaml"].replace("offer_copy:", entry)
    files = {"prompts/copy/v3.yaml": "user: three\n"} if edit else {}
    text = text.replace("active: v2", "active: v3") if edit else text
    project.commit("Rename", {"lensops.yaml": text, **files})


@pytest.mark.parametrize("declared", [True, False])
def test_a_renamed_prompt_goes_on(project: Repo, declared: bool) -> None:
    project.commit("v2", sample.manifest("v2"))
    rename(project, declared=declared)
    history = read(project)
    assert [(e.prompt, e.version) for e in history.events] == [("copy", "v2"), ("copy", "v1")]
    assert history.skipped[0].reason == "renamed offer_copy to copy"
    assert [event.version for event in history.lines["copy"]] == ["v1", "v2"]
    with open_repository(project.root) as repository:
        released = released_versions(repository, "lensops.yaml").versions
    assert [(r.prompt, r.version) for r in released] == [("copy", "v1"), ("copy", "v2")]


def test_with_other_content_it_goes_on_where_the_manifest_says_so(project: Repo) -> None:
    project.commit("v2", sample.manifest("v2"))
    rename(project, declared=True, edit=True)
    events = read(project).events
    assert [(str(e.kind), e.version, e.previous) for e in events] == [
        ("activate", "v3", "v2"),
        ("activate", "v2", "v1"),
        ("activate", "v1", None),
    ]


def test_without_a_word_other_content_is_another_prompt(project: Repo) -> None:
    rename(project, declared=False, edit=True)
    events = read(project).events
    assert [(e.prompt, str(e.kind)) for e in events] == [
        ("copy", "activate"),
        ("offer_copy", "remove"),
        ("offer_copy", "activate"),
    ]
