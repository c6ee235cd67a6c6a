"""What git's processes are given: a stand-in git writes down its environment and its arguments."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest

from lensops.git import open_repository
from support import sample
from support.cli import lensops
from support.repo import Repo

SECRETS = {
    "OPENAI_API_KEY": "canary-openai",
    "GITHUB_TOKEN": "canary-github",
    "GH_TOKEN": "canary-gh",
    "MY_WAREHOUSE_PASSWORD": "canary-warehouse",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "http.extraHeader",
    "GIT_CONFIG_VALUE_0": "Authorization: canary-header",
}
STAND_IN = """\
#!/bin/sh
env >> {log}
printf 'ARGS %s\\n' "$*" >> {log}
exec {git} "$@"
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-in writes; it comes first on PATH, and the secrets are set."""
    path = tmp_path / "log"
    script = tmp_path / "bin" / "git"
    script.parent.mkdir()
    script.write_text(STAND_IN.format(log=shlex.quote(str(path)), git=shutil.which("git")))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return path


COMMANDS = [
    ("validate",),
    ("plan",),
    ("plan", "--base", "HEAD~1"),
    ("gate", "--base", "HEAD~1"),
    ("history",),
    ("list",),
    ("status",),
    ("diff", "v1", "HEAD~1"),
    ("apply", "--yes"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_reader_gets_a_secret(project: Repo, log: Path, command: tuple[str, ...]) -> None:
    project.commit("v2", sample.manifest("v2"))
    log.unlink()
    assert lensops(*command, cwd=project.root).code in (0, 3)
    written = log.read_text() if log.exists() else ""
    assert (command[0] == "status") == (not written)
    assert "canary" not in written
    for line in written.splitlines():
        if line.startswith("ARGS "):
            assert f"--git-dir={project.root}/.git --work-tree={project.root}" in line
            assert "core.fsmonitor=false" in line
            assert "core.hooksPath=/dev/null" in line
            assert "safe.bareRepository=explicit" in line
    assert written.count("GIT_ALLOW_PROTOCOL=none") == written.count("ARGS ")
    assert written.count("GIT_NO_LAZY_FETCH=1") == written.count("ARGS ")


def test_a_remote_on_this_machine_gets_no_secret(project: Repo, log: Path, tmp_path: Path) -> None:
    remote = Repo(tmp_path / "remote.git", init=False)
    remote.root.mkdir()
    remote.git("init", "-q", "--bare")
    project.git("remote", "add", "origin", remote.root.as_uri())
    head = sample.MANIFEST.split("targets:")[0]
    text = head + "targets: {live: {git: origin, branch: live}}\n"
    project.commit("Target", {"lensops.yaml": text})
    log.unlink()
    assert lensops("apply", "--yes", cwd=project.root).code == 0
    written = log.read_text()
    assert "canary" not in written
    assert "GIT_ALLOW_PROTOCOL=file\n" in written


def test_a_remote_elsewhere_gets_what_its_host_asks_for_and_no_other_key(
    project: Repo, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lensops.git.remotes.PAUSES", ())
    head = sample.MANIFEST.split("targets:")[0]
    text = head + "targets: {live: {git: 'https://127.0.0.1:1/x', branch: live}}\n"
    project.commit("Target", {"lensops.yaml": text})
    log.unlink()
    assert lensops("plan", cwd=project.root).code == 5
    written = log.read_text()
    assert "canary-openai" not in written
    assert "canary-warehouse" not in written
    for canary in ("canary-gh", "canary-github", "canary-header"):
        assert written.count(canary) == 1


@pytest.mark.parametrize("where", ["environment", "file"])
def test_a_credential_helper_gets_the_variable_that_it_names(
    project: Repo, log: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr("lensops.git.remotes.PAUSES", ())
    monkeypatch.setenv("DEPLOY_TOKEN", "canary-deploy")
    helper = '!f() { echo "password=${DEPLOY_TOKEN}"; }; f'
    if where == "file":
        project.git("config", "credential.helper", helper)
    else:
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "credential.helper")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", helper)
    head = sample.MANIFEST.split("targets:")[0]
    text = head + "targets: {live: {git: 'https://127.0.0.1:1/x', branch: live}}\n"
    project.commit("Target", {"lensops.yaml": text})
    log.unlink()
    assert lensops("plan", cwd=project.root).code == 5
    assert log.read_text().count("DEPLOY_TOKEN=canary-deploy") == 1


@pytest.mark.parametrize("command", [("rollback",), ("activate", "v1", "--commit")], ids=" ".join)
def test_the_commit_is_the_users_own(
    project: Repo, log: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    project.commit("v2", sample.manifest("v2"))
    hook = project.root / ".git/hooks/post-commit"
    hook.write_text(f"#!/bin/sh\nenv > {shlex.quote(str(log))}.hook\n")
    hook.chmod(0o755)
    monkeypatch.setenv("MY_OWN", "variable")
    log.unlink()
    assert lensops(*command, cwd=project.root).code == 0
    written = log.read_text().splitlines()
    arguments = [line for line in written if line.startswith("ARGS ") and " commit " in line]
    assert len(arguments) == 1
    assert arguments[0].startswith("ARGS commit --quiet --only -m ")
    environment = log.with_name("log.hook").read_text()
    assert "MY_OWN=variable" in environment
    for name in ("GIT_OPTIONAL_LOCKS", "GIT_ALLOW_PROTOCOL", "GIT_LITERAL_PATHSPECS"):
        assert f"\n{name}=" not in environment
    assert "\nLC_ALL=C.UTF-8\n" in environment


def test_variables_of_another_repository_do_not_lead_a_commit_astray(
    project: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Repo(tmp_path / "other")
    other.commit("Other")
    before = other.head()
    project.commit("v2", sample.manifest("v2"))
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    done = lensops("rollback", cwd=project.root)
    assert done.code == 0, done.err
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name)
    assert other.head() == before
    assert project.git("log", "-1", "--format=%s").startswith("Revert")


def test_the_identity_is_gits_own(project: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    project.git("config", "user.name", "Configured")
    with open_repository(project.root) as repository:
        assert repository.identity() == "Ada"  # the environment comes first, as with git
        monkeypatch.delenv("GIT_COMMITTER_NAME")
        assert repository.identity() == "Configured"


@pytest.mark.parametrize("entry", [".", "", "bin", "{root}", "{root}/bin"])
@pytest.mark.parametrize("command", [("validate",), ("plan",), ("rollback",)], ids=" ".join)
def test_no_git_of_the_project_is_run(
    project: Repo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    entry: str,
    command: tuple[str, ...],
) -> None:
    mark = tmp_path / "PWNED"
    for path in ("git", "bin/git", "bin/git-remote-https", "bin/ssh"):
        project.write({path: f"#!/bin/sh\ntouch {mark}\n"})
        (project.root / path).chmod(0o755)
    project.commit("v2", sample.manifest("v2"))
    first = entry.format(root=project.root)
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("PATH", f"{first}{os.pathsep}{os.environ['PATH']}")
    assert lensops(*command, cwd=project.root).code == 0
    assert not mark.exists()
