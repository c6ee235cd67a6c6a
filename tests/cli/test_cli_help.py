"""Help, version, usage errors: what a user meets first."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
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


HEAVY = "importlib.metadata pydantic ruamel git rich.console numpy duckdb sacrebleu"
EVALS = (
    "importlib.metadata lensops.manifest.suite lensops.manifest.drift lensops.evals lensops.drift"
)


@pytest.mark.parametrize(
    ("command", "unneeded"),
    [
        ("--help", HEAVY),
        ("history", HEAVY.replace("ruamel ", "")),
        ("validate", f"{EVALS} git rich.console numpy duckdb sacrebleu"),
        ("plan", f"{EVALS} git rich.console numpy duckdb sacrebleu typer._adapters"),
        ("status", f"{EVALS} git rich.console numpy duckdb sacrebleu typer._adapters"),
    ],
)
def test_a_command_loads_what_it_needs(command: str, unneeded: str, project: Repo) -> None:
    assert unneeded_modules(command, unneeded, project.root) == set()


def test_a_plan_without_changes_scores_nothing(repo: Repo) -> None:
    lensops("init", cwd=repo.root)
    repo.commit("Begin")
    assert unneeded_modules("plan", "lensops.evals", repo.root) == {"lensops.evals"}
    lensops("apply", "--yes", cwd=repo.root)
    assert unneeded_modules("plan", "lensops.evals lensops.drift", repo.root) == set()


def unneeded_modules(command: str, unneeded: str, folder: Path) -> set[str]:
    """Those of some modules that a command loads, as a process of its own."""
    code = (
        "import contextlib, sys; from lensops.cli.main import main\n"
        f"sys.argv = ['lensops', {command!r}]\n"
        "with contextlib.suppress(SystemExit): main()\n"
        f"print(*(set({unneeded!r}.split()) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_default_is_what_typer_would_make_of_it(name: str) -> None:
    command = GROUP.commands[name]  # type: ignore[attr-defined]  # as above
    for each in [command, *getattr(command, "commands", {}).values()]:
        context = each.make_context(each.name, [], resilient_parsing=True)
        for parameter in each.params:
            default = parameter.get_default(context)
            if default is not None and parameter.callback is None:
                assert type(parameter).process_value(parameter, context, default) == default


def test_the_folder_may_come_before_the_command(project: Repo, tmp_path: Path) -> None:
    before = lensops("-C", project.root, "plan", cwd=tmp_path)
    assert before == lensops("plan", "-C", project.root, cwd=tmp_path)
    assert before.code == Exit.DONE
