"""Where versions lie: the usual place, names with slashes, patterns of the manifest."""

from __future__ import annotations

from pathlib import Path

import pytest

from lensops.errors import Exit
from lensops.files import Folder
from lensops.prompts import PromptFiles, version_files
from support import sample
from support.cli import lensops
from support.repo import Repo

FILES = [
    "prompts/copy/v1.yaml",
    "prompts/copy/v10.md",
    "prompts/copy/.v3.yaml",
    "prompts/copy/notes.pdf",
    "prompts/team/copy/v1.txt",
    "app/system_v1.yaml",
    "app/system_v2.yaml",
    "app/system_v2.md",
    "app/user_v1.yaml",
    "app/v1/system.md",
    "app/v2/system.md",
    "app/v2/user.md",
    "app/2026-11-25/system.md",
    "p_v1.yaml",
]
PATTERNS = [
    (PromptFiles("copy"), {"v1": ["prompts/copy/v1.yaml"], "v10": ["prompts/copy/v10.md"]}),
    (PromptFiles("team/copy"), {"v1": ["prompts/team/copy/v1.txt"]}),
    (
        PromptFiles("s", "app/system_{version}.yaml"),
        {"v1": ["app/system_v1.yaml"], "v2": ["app/system_v2.yaml"]},
    ),
    (
        PromptFiles("s", "app/system_{version}"),
        {"v1": ["app/system_v1.yaml"], "v2": ["app/system_v2.md", "app/system_v2.yaml"]},
    ),
    (
        PromptFiles("s", "app/{version}/system.md"),
        {
            "2026-11-25": ["app/2026-11-25/system.md"],
            "v1": ["app/v1/system.md"],
            "v2": ["app/v2/system.md"],
        },
    ),
    (PromptFiles("s", "app/{version}/user"), {"v2": ["app/v2/user.md"]}),
    (PromptFiles("s", "p_{version}.yaml"), {"v1": ["p_v1.yaml"]}),
    (
        PromptFiles("s", "app/v{version}/system.md"),
        {"1": ["app/v1/system.md"], "2": ["app/v2/system.md"]},
    ),
    (PromptFiles("s", "none/{version}.yaml"), {}),
]


@pytest.mark.parametrize(("prompt", "expected"), PATTERNS, ids=lambda value: str(value)[:50])
def test_the_files_of_versions(
    prompt: PromptFiles, expected: dict[str, list[str]], tmp_path: Path
) -> None:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = version_files(Folder(tmp_path), prompt)
    assert {version: sorted(files) for version, files in found.items()} == expected
    for files in found.values():
        assert all(prompt.holds(path) for path in files)


MANIFEST = """\
version: 1
project: shop
prompts:
  copy: {path: "app/prompts/system_{version}.yaml", active: ACTIVE}
  team/footer:
    active: v1
targets:
  staging: {directory: live/staging}
"""


def files(active: str) -> dict[str, str]:
    return {"lensops.yaml": MANIFEST.replace("ACTIVE", active)}


@pytest.fixture
def elsewhere(repo: Repo) -> Repo:
    """Prompts beside the application, and one with a slash in its name."""
    repo.commit(
        "Begin",
        {
            "app/prompts/system_v1.yaml": sample.V1,
            "app/prompts/system_v2.yaml": sample.V2,
            "prompts/team/footer/v1.md": "Bye",
            ".gitignore": "live/\n",
            **files("v1"),
        },
    )
    return repo


def test_all_commands_follow_the_path(elsewhere: Repo) -> None:
    root = elsewhere.root
    assert lensops("validate", cwd=root).out == "✓ lensops.yaml is sound: 2 prompts, 3 versions\n"
    assert lensops("apply", "--yes", cwd=root).code == 0
    assert lensops("activate", "copy", "v2", "--commit", cwd=root).code == 0
    assert "~ copy v1 → v2" in lensops("plan", cwd=root).out
    assert "~ copy v1 → v2" in lensops("plan", "--base", "HEAD~1", cwd=root).out
    assert "punchy" in lensops("diff", "HEAD~1", "HEAD", "--prompt", "copy", cwd=root).out
    assert lensops("diff", "v1@HEAD", "v2", "--prompt", "copy", cwd=root).code == 0
    listed = lensops("list", "copy", "--format", "json", cwd=root).json["prompts"][0]["versions"]
    assert [(v["version"], v["status"]) for v in listed] == [("v1", "archived"), ("v2", "active")]
    assert lensops("rollback", "--prompt", "copy", cwd=root).code == 0
    kinds = lensops("history", "copy", "--format", "json", cwd=root).json["events"]
    assert [event["kind"] for event in kinds] == ["rollback", "activate", "activate"]


def test_a_released_version_elsewhere_is_frozen(elsewhere: Repo) -> None:
    elsewhere.commit("Edit in place", {"app/prompts/system_v1.yaml": sample.V2})
    done = lensops("validate", cwd=elsewhere.root)
    assert done.code == Exit.CHECK_FAILED or done.code == Exit.USAGE
    assert "app/prompts/system_v1.yaml: released version changed in place: copy v1" in done.out


def test_an_edit_that_is_not_committed_is_not_applied(elsewhere: Repo) -> None:
    elsewhere.write({"app/prompts/system_v1.yaml": sample.V2})
    done = lensops("apply", "--yes", cwd=elsewhere.root)
    assert done.code != 0


def test_history_goes_on_when_the_path_changes(elsewhere: Repo) -> None:
    elsewhere.commit("Activate v2", files("v2"))
    moved = {
        "lensops.yaml": MANIFEST.replace("ACTIVE", "v2").replace("system_{version}", "s/{version}"),
        "app/prompts/s/v1.yaml": sample.V1,
        "app/prompts/s/v2.yaml": sample.V2,
    }
    elsewhere.git("rm", "-q", "app/prompts/system_v1.yaml", "app/prompts/system_v2.yaml")
    elsewhere.commit("Move", moved)
    events = lensops("history", "copy", "--format", "json", cwd=elsewhere.root).json["events"]
    assert [event["version"] for event in events] == ["v2", "v1"], "a move is no activation"
    assert lensops("rollback", "--prompt", "copy", cwd=elsewhere.root).code == 0
    assert "active: v1" in (elsewhere.root / "lensops.yaml").read_text()
    assert lensops("validate", cwd=elsewhere.root).code == 0


def test_history_from_the_usual_place_to_another(project: Repo) -> None:
    project.commit("Activate v2", sample.manifest("v2"))
    project.git("mv", "prompts/offer_copy", "texts")
    manifest = sample.files("v2")["lensops.yaml"].replace(
        "  offer_copy:\n", "  offer_copy:\n    path: texts/{version}.yaml\n"
    )
    project.commit("Move", {"lensops.yaml": manifest})
    project.commit("Edit in place", {"texts/v2.yaml": sample.V1})
    done = lensops("validate", cwd=project.root)
    assert "texts/v2.yaml: released version changed in place: offer_copy v2" in done.out


BAD = [
    ("a/b.yaml", "must have {version} once"),
    ("a/{version}/{version}.yaml", "must have {version} once"),
    ("a/{name}_{version}.yaml", "must have {version} once"),
    ("a/../{version}.yaml", "leaves the repository"),
    ("/{version}.yaml", "must be a path relative to the manifest"),
    ("./{version}.yaml", "without './'"),
    ("a//{version}.yaml", "without './'"),
]


@pytest.mark.parametrize(("path", "says"), BAD)
def test_a_path_that_cannot_be_meant(path: str, says: str, elsewhere: Repo) -> None:
    manifest = MANIFEST.replace("app/prompts/system_{version}.yaml", path).replace("ACTIVE", "v1")
    elsewhere.write({"lensops.yaml": manifest})
    done = lensops("validate", cwd=elsewhere.root)
    assert "lensops.yaml:4:16: prompts.copy.path: " in done.out
    assert says in done.out


def test_a_file_that_two_prompts_claim_is_an_error(elsewhere: Repo) -> None:
    second = '  other: {path: "app/prompts/{version}.yaml", active: system_v1}\ntargets:'
    manifest = MANIFEST.replace("ACTIVE", "v1").replace("targets:", second)
    elsewhere.write({"lensops.yaml": manifest})
    done = lensops("validate", cwd=elsewhere.root)
    assert "app/prompts/system_v1.yaml is a version of copy and of other" in done.out


@pytest.mark.parametrize("name", ["a//b", "/a", "a/", "a/../b", "a/.b", "a b"])
def test_a_name_that_is_no_path(name: str, elsewhere: Repo) -> None:
    manifest = MANIFEST.replace("ACTIVE", "v1").replace("team/footer", f'"{name}"')
    elsewhere.write({"lensops.yaml": manifest})
    done = lensops("validate", cwd=elsewhere.root)
    assert "must begin with a letter or digit" in done.out


@pytest.mark.parametrize("name", ["Café-Müller", "コーヒー", "loyalty.offers", "Ärzte_2"])
def test_projects_have_names_of_any_script(name: str, elsewhere: Repo) -> None:
    manifest = MANIFEST.replace("ACTIVE", "v1").replace("project: shop", f"project: {name}")
    elsewhere.commit("Rename", {"lensops.yaml": manifest})
    assert lensops("apply", "--yes", cwd=elsewhere.root).code == 0
    assert lensops("status", "--exit-code", cwd=elsewhere.root).code == 0


@pytest.mark.parametrize("name", ['" a"', '"a\\nb"', '"a\\u001b"', '"Cafe\\u0301"', '""', '"a/b"'])
def test_a_project_name_that_is_none(name: str, elsewhere: Repo) -> None:
    manifest = MANIFEST.replace("ACTIVE", "v1").replace("project: shop", f"project: {name}")
    elsewhere.write({"lensops.yaml": manifest})
    done = lensops("validate", cwd=elsewhere.root)
    assert "lensops.yaml:2:10: project: must b" in done.out


def test_another_ending_than_that_of_the_path_is_named(elsewhere: Repo) -> None:
    elsewhere.git("mv", "app/prompts/system_v1.yaml", "app/prompts/system_v1.yml")
    done = lensops("validate", cwd=elsewhere.root)
    assert "there is app/prompts/system_v1.yml: rename it, or say `path:`" in done.out


@pytest.mark.parametrize("name", ["my app/the prompt", "prömpts/größe", "p/日本"])
def test_paths_have_blanks_and_letters_of_all_languages(name: str, repo: Repo) -> None:
    manifest = MANIFEST.replace("app/prompts/system", name).replace("ACTIVE", "v1")
    files_at = {f"{name}_v1.yaml": sample.V1, "prompts/team/footer/v1.md": "Bye"}
    repo.commit("Begin", {"lensops.yaml": manifest, **files_at})
    assert lensops("validate", cwd=repo.root).code == 0
    assert lensops("apply", "--yes", cwd=repo.root).code == 0
    events = lensops("history", "copy", "--format", "json", cwd=repo.root).json["events"]
    assert [event["version"] for event in events] == ["v1"]
