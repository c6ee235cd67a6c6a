"""Links and paths that leave the project, or lead into `.git`, are neither read nor written."""

from __future__ import annotations

from pathlib import Path

import pytest

from lensops.evals.recorder import append
from lensops.files import Folder, OutsideError, create_exclusive, write_atomic
from support import sample
from support.cli import lensops
from support.recording import reply
from support.repo import Repo

SECRET = '[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic Y2FuYXJ5\n'


@pytest.fixture
def cloned(project: Repo) -> Repo:
    """As `actions/checkout` leaves it: the job's token is in `.git/config`."""
    with (project.root / ".git/config").open("a") as file:
        file.write(SECRET)
    return project


WAYS = {
    "link": ("prompts/offer_copy/v3.md", "../../.git/config"),
    "linked folder": ("prompts/offer_copy", "../.git"),
    "link to a link": ("prompts/offer_copy/v3.md", "../../hop"),
}


@pytest.mark.parametrize("command", [("plan",), ("diff", "v1"), ("apply", "--yes"), ("validate",)])
@pytest.mark.parametrize("way", WAYS)
def test_gits_own_files_are_no_prompts(cloned: Repo, way: str, command: tuple[str, ...]) -> None:
    path, target = WAYS[way]
    (cloned.root / "hop").symlink_to(".git/config")
    link = cloned.root / path
    if link.is_dir():
        for file in link.iterdir():
            file.unlink()
        link.rmdir()
    link.symlink_to(target)
    version = "config" if way == "linked folder" else "v3"
    cloned.commit("Publish the token", sample.manifest(version))
    done = lensops(*command, cwd=cloned.root)
    assert done.code == 2
    assert "Y2FuYXJ5" not in done.out + done.err
    assert not (cloned.root / "live").exists()


@pytest.mark.parametrize("path", [".git", ".git/live", ".GIT/x", "linked", "prompts/../.git"])
@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes"), ("validate",)])
def test_gits_own_folder_is_no_target(project: Repo, path: str, command: tuple[str, ...]) -> None:
    (project.root / "linked").symlink_to(".git")
    head = sample.MANIFEST.split("targets:")[0]
    project.commit("Target", {"lensops.yaml": f"{head}targets: {{live: {{directory: {path}}}}}\n"})
    before = sorted((project.root / ".git").iterdir())
    assert lensops(*command, cwd=project.root).code == 2
    assert sorted((project.root / ".git").iterdir()) == before


def test_a_submodules_file_of_this_name_is_gits_own_too(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/.git").write_text("gitdir: ../.git/modules/sub\n")
    with pytest.raises(OutsideError, match="git's own folder"):
        Folder(tmp_path).read("sub/.git", 100)


REPORTS = {
    "eval_results/evidence.json": ("gate", "--evidence", "eval_results/evidence.json"),
    "eval_results/gate.xml": ("gate", "--junit", "eval_results/gate.xml"),
    "eval_results/gate.sarif": ("gate", "--sarif", "eval_results/gate.sarif"),
    "eval_results/gate.txt": ("gate", "--output", "eval_results/gate.txt"),
    "out/report.html": ("report", "--output", "out/report.html"),
    "out/schema.json": ("schema", "--output", "out/schema.json"),
    "out/plan.md": ("plan", "--output", "out/plan.md"),
}


@pytest.mark.parametrize("kind", ["file outside", "file beside", "folder outside", "into git"])
@pytest.mark.parametrize("name", REPORTS)
def test_reports_follow_no_link_away(project: Repo, tmp_path: Path, name: str, kind: str) -> None:
    outside, path = tmp_path / "outside", project.root / name
    outside.mkdir()
    victims = {
        "file outside": outside / "victim",
        "file beside": project.root / "victim",
        "folder outside": outside / path.name,
        "into git": project.root / ".git" / path.name,
    }
    victim = victims[kind]
    victim.write_text("as it was")
    if kind == "folder outside":
        path.parent.symlink_to(outside)
    elif kind == "into git":
        path.parent.symlink_to(".git")
    else:
        path.parent.mkdir()
        path.symlink_to(victim)
    project.commit("Links")
    done = lensops(*REPORTS[name], cwd=project.root)
    assert done.code == 2, done.out + done.err
    assert "nothing was written" in done.err
    assert victim.read_text() == "as it was"


@pytest.mark.parametrize("write", [write_atomic, create_exclusive])
def test_links_that_stay_are_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: object
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "real").mkdir()
    (tmp_path / "folder").symlink_to("real")
    assert callable(write)
    write(Path("folder/new"), b"x")
    assert (tmp_path / "real/new").read_bytes() == b"x"


def test_a_path_into_a_repository_is_bounded_wherever_the_command_runs(
    project: Repo, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (project.root / "results").symlink_to(tmp_path / "outside")
    with pytest.raises(OutsideError):
        write_atomic(project.root / "results/a", b"x")
    with pytest.raises(OutsideError):
        create_exclusive(project.root / "results/a", b"x")
    assert not (tmp_path / "outside/a").exists()


def test_a_folder_elsewhere_is_the_users_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "real").mkdir()
    (tmp_path / "elsewhere").symlink_to("real")
    monkeypatch.chdir(tmp_path / "work")
    write_atomic(tmp_path / "elsewhere/a", b"x")
    write_atomic(Path("../real/b"), b"x")
    assert {file.name for file in (tmp_path / "real").iterdir()} == {"a", "b"}


@pytest.mark.parametrize("path", ["prompts/loop", "prompts/offer_copy/v3.md", "live", "evals"])
@pytest.mark.parametrize("command", [("validate",), ("plan",), ("apply", "--yes"), ("list",)])
def test_links_in_a_circle_end_no_command(
    project: Repo, path: str, command: tuple[str, ...]
) -> None:
    link = project.root / path
    link.symlink_to(link.name)
    project.commit("A circle", sample.manifest("v3" if "v3" in path else "v1"))
    done = lensops(*command, cwd=project.root)
    assert done.code in (0, 2), done.err
    assert "Traceback" not in done.err


def test_a_report_into_a_circle(project: Repo) -> None:
    (project.root / "out").symlink_to("out")
    (project.root / "page.html").symlink_to("page.html")
    for name in ("out/page.html", "page.html"):
        done = lensops("report", "--output", name, cwd=project.root)
        assert (done.code, "in a circle" in done.err) == (2, True)


def test_recordings_are_not_appended_through_a_link(project: Repo) -> None:
    path = project.root / "evals/recordings/v1.jsonl"
    path.parent.mkdir(parents=True)
    path.symlink_to("../../lensops.yaml")
    before = (project.root / "lensops.yaml").read_bytes()
    with pytest.raises(OutsideError, match="nothing was written"):
        append(path, [reply("a", 1)])
    assert (project.root / "lensops.yaml").read_bytes() == before
