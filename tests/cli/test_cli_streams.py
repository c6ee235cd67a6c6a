"""What becomes of a command whose output nobody reads, or that cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lensops.errors import Exit
from support.repo import Repo

COMMANDS = [
    (["plan", "--exit-code"], Exit.CHANGES),
    (["validate"], Exit.DONE),
    (["schema"], Exit.DONE),
    (["list", "--format", "json"], Exit.DONE),
    (["apply", "--yes"], Exit.DONE),
    (["--help"], Exit.DONE),
]


def run_into(stdout: int, arguments: list[str], folder: Path) -> tuple[int, str]:
    """The exit code and stderr of a command that prints into a descriptor."""
    done = subprocess.run(
        [sys.executable, "-m", "lensops", *arguments],
        cwd=folder,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def without_reader() -> int:
    """The writing end of a pipe that was closed at the other end."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


@pytest.mark.parametrize(("arguments", "code"), COMMANDS, ids=lambda value: str(value))
def test_a_reader_that_has_gone_changes_no_exit_code(
    arguments: list[str], code: int, project: Repo
) -> None:
    stdout = without_reader()
    try:
        ended, errors = run_into(stdout, arguments, project.root)
    finally:
        os.close(stdout)
    assert (ended, errors) == (code, "")


def test_an_apply_that_nobody_reads_is_made_whole(project: Repo) -> None:
    stdout = without_reader()
    run_into(stdout, ["apply", "--yes"], project.root)
    os.close(stdout)
    assert (project.root / "live/staging/current.json").exists()
    assert (project.root / "live/production/current.json").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("arguments", [arguments for arguments, _ in COMMANDS], ids=str)
def test_a_full_disk_is_a_failed_remote(arguments: list[str], project: Repo) -> None:
    with Path("/dev/full").open("w") as full:
        code, errors = run_into(full.fileno(), arguments, project.root)
    assert code == Exit.REMOTE
    assert errors == "error: cannot write the output: No space left on device\n"


def test_a_closed_stdout_changes_no_exit_code(project: Repo) -> None:
    line = f"{sys.executable} -m lensops plan --exit-code >&-"
    done = subprocess.run(["sh", "-c", line], cwd=project.root, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (Exit.CHANGES, b"")


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "ascii:strict"},
    ],
    ids=str,
)
@pytest.mark.parametrize("command", [["validate"], ["validate", "--format", "json"]], ids=" ".join)
def test_every_locale_gets_utf_8(command: list[str], locale: dict[str, str], project: Repo) -> None:
    """A report has signs, and a name of a file may be of any script."""
    project.write({"prompts/offer_copy/v3 – ü😀.yaml": "user: Hi\n", "lensops.yaml": "übel: 1\n"})
    done = subprocess.run(
        [sys.executable, "-m", "lensops", *command],
        cwd=project.root,
        env={**os.environ, **locale},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (Exit.USAGE, b"")
    assert "übel" in done.stdout.decode("utf-8")


def test_a_locale_that_cannot_name_a_file_is_told(project: Repo) -> None:
    text = (project.root / "lensops.yaml").read_text()
    path = 'drift: {m: {baseline: "ü.csv", current: "ü.csv", features: {x: {}}}}\n'
    project.write({"lensops.yaml": text + path})
    done = subprocess.run(
        [sys.executable, "-m", "lensops", "drift"],
        cwd=project.root,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "set PYTHONUTF8=1" in done.stderr) == (Exit.USAGE, True), done.stderr
