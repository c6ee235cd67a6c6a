"""`init`: a project that works at once, and nothing that was there is touched."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from lensops.manifest import read_yaml
from support.cli import lensops
from support.repo import Repo


@pytest.fixture
def begun(repo: Repo) -> Repo:
    done = lensops("init", "--github", cwd=repo.root)
    assert done.code == 0, done.err
    return repo


def test_every_first_command_works(begun: Repo) -> None:
    begun.commit("Begin")
    assert lensops("validate", cwd=begun.root).code == 0
    assert lensops("plan", "--exit-code", cwd=begun.root).code == 10
    gated = lensops("gate", "--replay", "--evidence", ".lensops/live/evidence.json", cwd=begun.root)
    assert gated.code == 0, gated.out
    assert "drift" in gated.out, "the sample has a monitor"
    evidence = ("--evidence", ".lensops/live/evidence.json")
    assert lensops("apply", "--yes", *evidence, cwd=begun.root).code == 0
    assert lensops("status", "--exit-code", cwd=begun.root).code == 0
    assert begun.git("status", "--porcelain") == "", "what commands leave is ignored"


def test_a_change_goes_through(begun: Repo) -> None:
    begun.commit("Begin")
    lensops("activate", "v2", "--commit", cwd=begun.root)
    gated = lensops("gate", "--replay", "--base", "HEAD~1", cwd=begun.root)
    assert gated.code == 0, gated.out
    assert "✓ regression offer_copy: +0." in gated.out
    assert lensops("rollback", cwd=begun.root).code == 0


def test_outside_of_git_it_can_be_applied(tmp_path: Path) -> None:
    assert lensops("init", "shop", cwd=tmp_path).code == 0
    assert lensops("apply", "--yes", cwd=tmp_path / "shop").code == 0
    assert (tmp_path / "shop/.lensops/live/staging/current.json").is_file()


def test_what_is_there_stays(repo: Repo) -> None:
    mine = {
        "README.md": "mine\n",
        ".github/workflows/lensops.yml": "mine\n",
        "prompts/offer_copy/v1.yaml": "user: mine\n",
    }
    repo.write(mine)
    done = lensops("init", "--github", "--sample", cwd=repo.root)
    for name, content in mine.items():
        assert (repo.root / name).read_text() == content
    assert "kept    prompts/offer_copy/v1.yaml" in done.out


def test_a_second_time_nothing_changes(begun: Repo) -> None:
    before = {path: path.read_bytes() for path in begun.root.rglob("*") if path.is_file()}
    assert lensops("init", "--github", cwd=begun.root).code == 0
    assert {p: p.read_bytes() for p in begun.root.rglob("*") if p.is_file()} == before


def test_a_project_of_its_own_gets_only_what_is_around_it(project: Repo) -> None:
    done = lensops("init", cwd=project.root)
    assert done.code == 0
    assert (
        project.git("status", "--porcelain", "--untracked-files=all").splitlines()
        == [
            "?? .lensops/.gitignore",
            "?? .lensops/schema.json",
            "?? eval_results/.gitignore",
        ]
        or "kept    lensops.yaml" in done.out
    )
    assert not (project.root / "evals").exists()


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("x")
    done = lensops("init", "shop", cwd=tmp_path)
    assert (done.code, "shop is a file" in done.err) == (2, True)


def test_the_schema_fits_the_manifest(begun: Repo) -> None:
    from ruamel.yaml import YAML

    text = (begun.root / "lensops.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=.lensops/schema.json\n")
    schema = json.loads((begun.root / ".lensops/schema.json").read_text())
    manifest = YAML(typ="safe", pure=True).load(text)
    jsonschema.validate(manifest, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(manifest | {"promts": {}}, schema)


def test_schema_prints_the_same(begun: Repo) -> None:
    printed = lensops("schema", cwd=begun.root)
    assert json.loads(printed.out) == json.loads((begun.root / ".lensops/schema.json").read_text())


FOUND = {
    "app/prompts/system_v1.yaml": "system: Hi\nuser_template: 'For {name}'\n",
    "app/prompts/system_v2.yaml": "system: Hello\nuser_template: 'For {name}'\n",
    "app/prompts/active.json": '{"version": "v1"}',
    "app/prompts/README.md": "About these",
    "prompts/team/copy/v1.md": "Hi {{ name }}",
    "prompts/greet.txt": "Greet {{ name }}",
    "notes/sum.prompt.yml": "messages: [{role: user, content: 'Sum {{ x }}'}]\n",
    "lib/prompts/loop.prompty": "user:\n{% for x in y %}a{% endfor %}\n",
    "node_modules/x/prompts/a.md": "no",
    "docs/page.md": "no prompt",
}


def test_prompts_that_exist_are_declared(repo: Repo) -> None:
    repo.commit("Application", FOUND)
    asked = lensops("init", cwd=repo.root)
    assert asked.code == 2
    assert "add --yes to declare them, or --sample" in asked.err
    assert repo.git("status", "--porcelain") == ""

    done = lensops("init", "--yes", cwd=repo.root)
    assert done.code == 0, done.err
    assert "not read: lib/prompts/loop.prompty:2:1: '{% for x in y %}' is a block" in done.err
    listed = lensops("list", "--format", "json", cwd=repo.root).json["prompts"]
    assert {p["name"]: (p["active"], len(p["versions"])) for p in listed} == {
        "system": ("v1", 2),
        "team/copy": ("v1", 1),
        "greet": ("v1", 1),
        "sum": ("v1", 1),
    }
    assert (repo.root / "prompts/greet/v1.txt").read_text() == FOUND["prompts/greet.txt"]
    assert lensops("validate", cwd=repo.root).code == 0
    repo.commit("Begin")
    assert lensops("apply", "--yes", cwd=repo.root).code == 0
    assert "uv tool install 'lensops==" in done.out


def test_layouts_of_several_files_and_of_f_strings_are_found(repo: Repo) -> None:
    files = {
        "app/prompts/v1/system.md": "You greet.",
        "app/prompts/v1/user.md": "Hi {{ name }}",
        "app/prompts/v2/system.md": "You greet warmly.",
        "prompts/mail/v1.system.md": "You write.",
        "prompts/mail/v1.user.md": "To {{ name }}",
        "lib/prompts/report_v1.yaml": "prompt: 'On {topic}'\ninput_variables: [topic]\n",
    }
    repo.commit("Application", files)
    done = lensops("init", "--yes", cwd=repo.root)
    assert (done.code, "not read" in done.err) == (0, False), done.err
    manifest = read_yaml((repo.root / "lensops.yaml").read_bytes(), "lensops.yaml").plain()
    assert manifest["prompts"] == {
        "prompts": {"path": "app/prompts/{version}", "active": "v2"},
        "mail": {"active": "v1"},
        "report": {
            "path": "lib/prompts/report_{version}.yaml",
            "template": "f-string",
            "active": "v1",
        },
    }
    done = lensops("validate", cwd=repo.root)
    assert "sound: 3 prompts, 4 versions" in done.out, done.out
    assert set(files) == {p for p in files if (repo.root / p).is_file()}


def test_what_an_import_brings_more_of_is_named(repo: Repo) -> None:
    repo.commit("promptfoo", {"promptfooconfig.yaml": "prompts: [Hi]\ntests: []\n"})
    done = lensops("init", "--yes", cwd=repo.root)
    assert done.code == 2
    assert "lensops import promptfooconfig.yaml, or add --sample" in done.err
    data = "messages: [{role: user, content: 'Sum {{ x }}'}]\ntestData: [{x: a}]\n"
    repo.commit("More", {**FOUND, "my notes.prompt.yml": data, "app/prompts/history.json": "[]"})
    done = lensops("init", "--yes", cwd=repo.root)
    assert done.code == 0
    named = [line for line in done.err.splitlines() if line.startswith("cases and checks, too: ")]
    assert [line.partition("lensops import ")[2] for line in named] == [
        "'my notes.prompt.yml'",
        "promptfooconfig.yaml",
        "app/prompts --history",
    ]


def test_the_outline_of_an_eval_is_sound(repo: Repo) -> None:
    text = "prompt: 'Greet {name}'\ninput_variables: [name]\n"
    repo.commit("Application", {"prompts/greet_v1.yaml": text})
    assert lensops("init", "--yes", cwd=repo.root).code == 0
    path = repo.root / "lensops.yaml"
    outline = path.read_text()
    case = outline.partition("#   # ")[2].partition("\n")[0]
    text = re.sub(r"^#( evals:|   [g ])", r"\1", outline, flags=re.MULTILINE)
    path.write_text(text.replace("\n evals:", "\nevals:").replace("   # {", "# {"))
    repo.write({"evals/greet/cases.jsonl": case + "\n"})
    done = lensops("validate", cwd=repo.root)
    assert done.code == 0, done.out
    assert "evals:\n" in path.read_text() or "evals: #" in path.read_text()


def test_an_active_json_that_disagrees_is_noted(repo: Repo) -> None:
    repo.commit("Application", FOUND)
    assert lensops("init", "--yes", cwd=repo.root).code == 0
    repo.commit("Begin")
    assert "active.json" not in lensops("validate", cwd=repo.root).out
    assert lensops("activate", "system", "v2", "--commit", cwd=repo.root).code == 0
    noted = lensops("validate", cwd=repo.root)
    assert noted.code == 0
    assert "app/prompts/active.json: names v1 of system, the manifest v2" in noted.out


def test_the_sample_can_be_asked_for(repo: Repo) -> None:
    repo.commit("Application", FOUND)
    assert lensops("init", "--sample", cwd=repo.root).code == 0
    assert "offer_copy" in (repo.root / "lensops.yaml").read_text()
