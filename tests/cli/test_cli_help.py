"""Help, version, usage errors: what a user meets first."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from lensops import __version__
from lensops.cli.main import build
from lensops.errors import Exit
from support.cli import lensops, process
from support.repo import Repo

ROOT = Path(__file__).parents[2]
GROUP = typer.main.get_command(build())
COMMANDS = sorted(GROUP.commands)  # type: ignore[attr-defined]  # a group, which the stub hides


def examples() -> list[tuple[str, str]]:
    found = []
    for name in COMMANDS:
        text = lensops(name, "--help", cwd=ROOT).out
        match = re.search(r"Example: (lensops [^\n]+(?:\n  +[^\n]+)*)", text)
        found.append((name, " ".join(match[1].split()) if match else ""))
    return found


@pytest.mark.parametrize(("name", "example"), examples())
def test_every_command_has_an_example(name: str, example: str) -> None:
    assert shlex.split(example)[:2] == ["lensops", name]


def test_help_lists_every_command_with_its_first_sentence(tmp_path: Path) -> None:
    done = lensops("--help", cwd=tmp_path)
    assert done.code == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name} +\S", done.out, re.MULTILINE), name


def test_version(tmp_path: Path) -> None:
    assert lensops("--version", cwd=tmp_path).out == f"lensops {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["valdate"], "Did you mean 'validate'"),
        (["validate", "--formt", "json"], "--format"),
        (["validate", "--format", "yaml"], "'--format': 'yaml' is not one of"),
        (["activate"], "Missing argument"),
        (["plan", "--base", "a", "--base", "b"], "Option '--base' is given more than once."),
        (["drift", "--format", "json", "--format", "text"], "'--format' is given more than once"),
        (["drift", "profile", "-C", ".", "-C", "."], "'--directory' is given more than once"),
        (["-C", ".", "-C", ".", "plan"], "'--directory' is given more than once"),
    ],
)
def test_bad_usage_says_what_is_wrong(arguments: list[str], says: str, tmp_path: Path) -> None:
    done = process(*arguments, cwd=tmp_path)
    assert done.code == Exit.USAGE
    assert says in done.err
    assert "Traceback" not in done.err


def test_exit_codes_are_the_documented_ones() -> None:
    table = (ROOT / "docs" / "exit-codes.md").read_text()
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert documented == {int(code) for code in Exit}


def test_help_loads_typer_alone(project: Repo) -> None:
    code = (
        "import sys; from lensops.cli.main import run; run(['--help']);"
        "heavy = {'pydantic', 'ruamel', 'git', 'rich', 'numpy', 'duckdb', 'sacrebleu'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_folder_may_come_before_the_command(project: Repo, tmp_path: Path) -> None:
    before = lensops("-C", project.root, "plan", cwd=tmp_path)
    assert before == lensops("plan", "-C", project.root, cwd=tmp_path)
    assert before.code == Exit.DONE
