"""Remotes that a manifest names run nothing on this machine, and no project brings one along."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from support import sample
from support.cli import lensops
from support.repo import Repo

COMMANDS = [("validate",), ("plan",), ("status",), ("apply", "--yes")]
TRANSPORTS = [
    "fd::17",
    "ext::touch PWNED",
    "EXT::touch PWNED",
    "ext::sh -c touch% PWNED",
    "foo::bar",
    "ext://touch",
    "fd://17",
    "--upload-pack=touch PWNED",
    "-x",
    "transport-helper://x",
]


def hostile(root: Path, mark: Path) -> Repo:
    """A bare repository with a branch, whose hooks and settings leave a mark."""
    bare = Repo(root, init=False)
    root.mkdir(parents=True)
    bare.git("init", "-q", "--bare", "-b", "main")
    for name in ("pre-receive", "update", "post-receive", "post-update", "reference-transaction"):
        hook = root / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
        hook.chmod(0o755)
    for name in ("core.fsmonitor", "core.alternateRefsCommand", "uploadpack.packObjectsHook"):
        bare.git("config", name, f"touch {mark}")
    return bare


def name_target(project: Repo, git: str) -> None:
    head = sample.MANIFEST.split("targets:")[0]
    text = f"{head}targets: {{live: {{git: {git!r}, branch: live}}}}\n"
    project.commit("Name the target", {"lensops.yaml": text})


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "PWNED"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("form", ["./live.git", "linked", "./x/../live.git", "file", "absolute"])
def test_a_repository_among_the_projects_files(
    project: Repo, mark: Path, command: tuple[str, ...], form: str
) -> None:
    inside = hostile(project.root / "live.git", mark)
    (project.root / "x").mkdir()
    (project.root / "linked").symlink_to("live.git")
    forms = {"file": inside.root.as_uri(), "absolute": str(inside.root), "linked": "./linked"}
    name_target(project, forms.get(form, form))
    done = lensops(*command, cwd=project.root)
    assert (done.code, "inside the project" in done.out + done.err) == (2, True)
    assert not mark.exists()


@pytest.mark.parametrize("command", COMMANDS[1:], ids=" ".join)
def test_a_remote_of_the_user_that_lies_inside(
    project: Repo, mark: Path, command: tuple[str, ...]
) -> None:
    inside = hostile(project.root / "live.git", mark)
    project.git("remote", "add", "origin", str(inside.root))
    name_target(project, "origin")
    done = lensops(*command, cwd=project.root)
    assert (done.code, "inside the project" in done.err) == (2, True)
    assert not mark.exists()


@pytest.mark.parametrize("form", ["../live.git", "file"])
def test_a_path_outside_is_written_and_runs_nothing(project: Repo, mark: Path, form: str) -> None:
    outside = hostile(project.root.parent / "live.git", mark)
    name_target(project, outside.root.as_uri() if form == "file" else form)
    for command in COMMANDS:
        done = lensops(*command, cwd=project.root)
        assert done.code == 0, done.err
    assert outside.git("log", "--format=%s", "live").count("Apply release") == 1
    assert not mark.exists()


def test_a_branch_of_the_same_repository_runs_nothing(project: Repo, mark: Path) -> None:
    hook = project.root / ".git/hooks/pre-receive"
    hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)
    name_target(project, ".")
    assert lensops("apply", "--yes", cwd=project.root).code == 0
    assert "Apply release" in project.git("log", "-1", "--format=%s", "live")
    assert not mark.exists()


def test_a_remote_whose_name_has_a_slash(project: Repo, mark: Path) -> None:
    outside = hostile(project.root.parent / "live.git", mark)
    project.git("remote", "add", "team/live", str(outside.root))
    name_target(project, "team/live")
    assert lensops("validate", cwd=project.root).code == 0
    assert lensops("plan", cwd=project.root).code == 0
    name_target(project, "team/other")
    done = lensops("plan", cwd=project.root)
    assert (done.code, "inside the project" in done.err) == (2, True)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_transport_that_is_a_program_is_refused_at_once(
    project: Repo, transport: str, command: tuple[str, ...]
) -> None:
    name_target(project, transport)
    done = lensops(*command, cwd=project.root)
    assert done.code == 2
    assert "transport" in done.out + done.err or "is no remote" in done.out + done.err
    assert not (project.root / "PWNED").exists()


def test_a_rewritten_address_gets_no_further(project: Repo, mark: Path) -> None:
    """Even where the user's own settings turn an address into a program."""
    project.git("config", f"url.ext::touch {mark} .insteadOf", "https://example.org/")
    project.git("config", "protocol.ext.allow", "always")
    name_target(project, "https://example.org/x")
    done = lensops("plan", cwd=project.root)
    assert (done.code, "transport 'ext' not allowed" in done.err) == (5, True)
    assert not mark.exists()


def test_a_remote_that_never_answers_is_asked_once(
    project: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lensops.git.remotes.ANSWER", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        name_target(project, f"http://127.0.0.1:{server.getsockname()[1]}/x")
        begun = time.monotonic()
        done = lensops("plan", cwd=project.root)
    assert (done.code, "no answer within 1 seconds" in done.err) == (5, True)
    assert time.monotonic() - begun < 30
