"""On GitHub Actions: annotations where findings are, and a log that nobody gives commands in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support import sample
from support.cli import lensops
from support.repo import Repo

COMMANDS = "  ::add-mask::hello\n  ::set-output name=pass::yes\n  ##[add-path]/tmp\n"


@pytest.fixture(autouse=True)
def actions(isolated: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")


@pytest.fixture
def below(repo: Repo) -> Path:
    """A project in a folder of its repository."""
    repo.commit("Begin", {f"shop/{path}": text for path, text in sample.files().items()})
    return repo.root / "shop"


def break_it(folder: Path) -> None:
    path = folder / "lensops.yaml"
    path.write_text(path.read_text().replace("active: v1", "active: v9"))


@pytest.mark.parametrize(
    "command", [("validate",), ("plan",), ("gate",), ("plan", "--base", "main")]
)
def test_problems_are_annotations_from_the_root_of_the_repository(
    below: Path, command: tuple[str, ...]
) -> None:
    break_it(below)
    done = lensops(*command, cwd=below)
    assert done.code == 2
    assert "::error file=shop/lensops.yaml,line=6,col=13,title=lensops validate::" in done.err
    above = lensops(*command, "--manifest", "shop/lensops.yaml", cwd=below.parent)
    assert "::error file=shop/lensops.yaml,line=6,col=13," in above.err


def test_an_edited_release_is_annotated_at_its_prompt(below: Path) -> None:
    path = below / "prompts/offer_copy/v1.yaml"
    path.write_text(path.read_text().replace("warm", "loud"))
    for command in (("plan",), ("plan", "--base", "main"), ("validate",), ("gate",)):
        done = lensops(*command, cwd=below)
        assert "::error file=shop/prompts/offer_copy/v1.yaml," in done.err, (command, done.err)


def test_other_files_name_paths_from_the_root_too(below: Path, tmp_path: Path) -> None:
    path = below / "prompts/offer_copy/v1.yaml"
    path.write_text(path.read_text().replace("warm", "loud"))
    lensops("gate", "--sarif", tmp_path / "s", "--junit", tmp_path / "j", cwd=below)
    results = json.loads((tmp_path / "s").read_text())["runs"][0]["results"]
    places = [each["locations"][0] for each in results if "locations" in each]
    uris = [place["physicalLocation"]["artifactLocation"]["uri"] for place in places]
    assert uris == ["shop/prompts/offer_copy/v1.yaml"]
    assert 'file="shop/prompts/offer_copy/v1.yaml"' in (tmp_path / "j").read_text()


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
@pytest.mark.parametrize("command", [("plan",), ("diff", "v1", "v2"), ("plan", "--base", "main")])
def test_a_prompt_gives_the_runner_no_command(
    below: Path, command: tuple[str, ...], form: str
) -> None:
    text = f"user: |\n{COMMANDS}  {{{{ segment }}}} {{{{ points }}}}\n"
    (below / "prompts/offer_copy/v2.yaml").write_text(text)
    (below / "lensops.yaml").write_text(sample.MANIFEST.replace("active: v1", "active: v2"))
    done = lensops(*command, "--format", form, cwd=below)
    assert done.code == 0, done.err
    assert form == "json" or "add-path" in done.out, "it is shown all the same"
    for line in (done.out + done.err).splitlines():
        assert not line.strip().startswith("::")
        assert "##[" not in line
    if form == "json":
        assert ("##[add-path]" in json.dumps(done.json)) == (command[0] == "diff")


def test_elsewhere_nothing_is_changed(below: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS")
    text = f"user: |\n{COMMANDS}  {{{{ segment }}}} {{{{ points }}}}\n"
    (below / "prompts/offer_copy/v2.yaml").write_text(text)
    assert "##[add-path]" in lensops("diff", "v1", "v2", cwd=below).out
    break_it(below)
    assert "::error" not in lensops("validate", cwd=below).err
