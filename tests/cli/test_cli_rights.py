"""What the machine does not let be done is a message and an exit code, in every command."""

from __future__ import annotations

from pathlib import Path

import pytest

from lensops.errors import Exit
from support import faults
from support.cli import Result, lensops
from support.forked import run_forked
from support.repo import Repo

LONG = "x" * 300  # no file system has such a name
COMMANDS = ["plan", "history", "status", "rollback", "activate v2", "rename prompt offer_copy x"]
COMMANDS += ["import x.yaml", "comment", "report"]


def without_rights(repo: Repo, *args: str) -> Result:
    """Run a command without root's right to read and write all."""
    return run_forked(faults.obey_modes, *args, cwd=repo.root)


def assert_is_told(result: Result) -> None:
    assert result.code not in (0, Exit.BUG), result.err
    assert "Traceback" not in result.err
    assert result.err.count("\n") <= 5, result.err


@pytest.fixture
def begun(repo: Repo) -> Repo:
    assert lensops("init", cwd=repo.root).code == 0
    repo.commit("Begin")
    return repo


@pytest.mark.parametrize("command", COMMANDS)
def test_a_manifest_that_may_not_be_read(command: str, begun: Repo) -> None:
    (begun.root / "lensops.yaml").chmod(0)
    assert_is_told(without_rights(begun, *command.split()))


@pytest.mark.parametrize("command", ["drift", "gate"])
@pytest.mark.parametrize("path", ["data", "data/current.csv", "data/baseline.csv"])
def test_data_that_may_not_be_read(command: str, path: str, begun: Repo) -> None:
    (begun.root / path).chmod(0)
    result = without_rights(begun, command)
    assert_is_told(result)
    assert Path(path).name in result.err
    (begun.root / path).chmod(0o755)


@pytest.mark.parametrize("command", [["validate"], ["plan"], ["apply", "--yes"], ["gate"]])
def test_a_repository_that_may_not_be_read_is_not_none(command: list[str], begun: Repo) -> None:
    (begun.root / ".git").chmod(0)
    result = without_rights(begun, *command)
    (begun.root / ".git").chmod(0o755)
    assert (result.code, ".git may not be read" in result.err) == (Exit.USAGE, True), result.err


@pytest.mark.parametrize(
    "args",
    [
        ["-C", LONG, "plan"],
        ["plan", "--manifest", LONG],
        ["init", LONG],
        ["import", f"{LONG}.yaml"],
    ],
    ids=lambda args: args[0],
)
def test_a_name_that_no_disk_takes(args: list[str], begun: Repo) -> None:
    result = lensops(*args, cwd=begun.root)
    assert_is_told(result)
    assert "file name too long" in result.err


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("plan", "the current folder: no such file or directory"),
        (f"validate -C /{LONG}", f"/{LONG}: file name too long"),
        (f"plan --output /{LONG}/plan.md", "the current folder: no such file or directory"),
    ],
)
def test_a_folder_that_is_gone(command: str, problem: str, tmp_path: Path) -> None:
    folder = str(tmp_path / "gone")
    result = run_forked(faults.run_in_a_removed_folder, folder, *command.split())
    assert_is_told(result)
    assert problem in result.err


def test_a_folder_that_cannot_be_made(begun: Repo) -> None:
    begun.root.chmod(0o555)
    result = without_rights(begun, "init", "sub")
    begun.root.chmod(0o755)
    assert (result.code, "cannot make the folder sub" in result.err) == (Exit.USAGE, True)
