"""Faults of real processes at the directory target: killed, starved, raced, shut out."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lensops.errors import RemoteFailed
from lensops.release import Release
from lensops.targets.directory import Directory
from support import faults
from support.forked import run_forked
from support.releases import DRAFT, release

TESTS = Path(__file__).parents[1]
A, B, C = release(offer="v1"), release(offer="v2"), release(offer="v3")


def start(mode: str, number: int, folder: Path, version: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "support.faults", mode, str(number), folder, version],
        cwd=TESTS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def run(mode: str, number: int, folder: Path, version: str) -> tuple[int, str]:
    result = run_forked(faults.main, mode, str(number), str(folder), version)
    return result.code, result.out


def applied(folder: Path, *releases: Release) -> Directory:
    target = Directory("staging", folder, "staging")
    for each in releases:
        target.write(each, DRAFT, target.observe())
    return target


def test_killed_after_any_step_the_next_look_recovers(tmp_path: Path) -> None:
    steps = 0
    while True:
        target = applied(tmp_path / str(steps), A)
        code, _ = run("kill", steps, tmp_path / str(steps), "v2")
        observed = target.observe()
        assert observed.is_settled
        assert observed.problems == ()
        assert observed.digest in (A.digest, B.digest)
        assert observed.sequence == (1 if observed.digest == A.digest else 2)
        target.write(C, DRAFT, observed)
        records, problems = target.log().records, target.log().problems
        assert [r.sequence for r in records] == list(range(1, observed.sequence + 2))
        assert problems == ()
        if code == 0:
            break
        assert code == -signal.SIGKILL
        steps += 1
    assert steps >= 9  # object, record and current: each is staged, put in place, made durable


def test_of_many_writers_who_saw_the_same_exactly_one_wins(tmp_path: Path) -> None:
    target = applied(tmp_path, A)
    writers = [start("race", 0, tmp_path, f"v{number}") for number in range(2, 8)]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    codes = []
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
        codes.append(writer.returncode)
    assert sorted(codes) == [0, 4, 4, 4, 4, 4]
    winner = release(offer=f"v{codes.index(0) + 2}")
    observed = target.observe()
    assert (observed.digest, observed.sequence, observed.is_settled) == (winner.digest, 2, True)
    assert target.log().problems == ()


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    target = applied(tmp_path, A)
    code, out = run("full", 64, tmp_path, "v2")
    assert code == 5
    assert out.startswith("staging: cannot write")
    assert "too large" in out
    observed = target.observe()
    assert (observed.digest, observed.sequence, observed.is_settled) == (A.digest, 1, True)
    assert sorted(p.name for p in tmp_path.rglob(".*")) == []


def test_a_disk_that_is_full_after_the_record_is_completed_by_the_next_look(
    tmp_path: Path,
) -> None:
    target = applied(tmp_path, A)
    longest = (tmp_path / "current.json").stat().st_size
    code, out = run("full", longest - 1, tmp_path, "v2")  # object and record are shorter
    assert code == 5
    assert "current.json" in out
    observed = target.observe()
    assert (observed.digest, observed.sequence, observed.is_settled) == (B.digest, 2, True)
    assert "cut off" in observed.notes[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk")
def test_a_real_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", disk]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let a test mount a disk")
    try:
        target = applied(disk / "live", A)
        with (disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            while filler.write(b"x" * 512):
                pass
        with pytest.raises(RemoteFailed, match="no space left on device"):
            target.write(B, DRAFT, target.observe())
        assert target.observe().digest == A.digest
        (disk / "filler").unlink()
        target.write(B, DRAFT, target.observe())
        assert target.observe().digest == B.digest
        assert target.log().problems == ()
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk")
def test_a_disk_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    target = applied(tmp_path / "live", A)
    bind = ["mount", "--bind", tmp_path / "live", tmp_path / "live"]
    if subprocess.run(bind, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let a test mount a disk")
    try:
        subprocess.run(
            ["mount", "-o", "remount,ro,bind", tmp_path / "live", tmp_path / "live"], check=True
        )
        assert target.observe().digest == A.digest
        with pytest.raises(RemoteFailed, match="read-only file system"):
            target.write(B, DRAFT, target.observe())
    finally:
        subprocess.run(["umount", tmp_path / "live"], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_a_folder_of_another_user_is_read_and_not_written(tmp_path: Path) -> None:
    target = applied(tmp_path / "live", A)
    probe = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "import support.faults as f\n"
        "os.setuid(65534)\n"
        "sys.exit(f.main('write', '0', sys.argv[2], 'v2'))"
    )
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    done = subprocess.run(
        [sys.executable, "-c", probe, TESTS, tmp_path / "live"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (5, "")
    assert "permission denied" in done.stdout
    assert target.observe().digest == A.digest


def test_a_file_where_a_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("in the way")
    code, out = run("write", 0, tmp_path, "v1")
    assert code == 5
    assert "cannot write" in out
