"""Run git for the branch target, in an environment that hooks and users' settings cannot bend."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lensops.errors import RemoteFailed, UserError

PAUSES = (0.3, 1.0)  # seconds before the second and the third attempt to reach a remote
TIMEOUT = 300  # seconds that one git process may take
_SETTINGS = (
    *("-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=false"),
    *("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30", "-c", "advice.detachedHead=0"),
)
# Set by git for its hooks, or by a user for another repository: they would point somewhere else.
_FOREIGN = re.compile(
    r"GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|"
    r"NAMESPACE|PREFIX|QUARANTINE_PATH|EXTERNAL_DIFF|TRACE\w*|(AUTHOR|COMMITTER)_DATE)\Z"
)
_SECRET = re.compile(r"(?<=://)[^/@\s]+(?=@)")


class GitFailed(Exception):
    """A git process ended with an error; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Git:
    """Git in one repository."""

    folder: Path

    def run(self, *args: str, data: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """stdout of `git *args`. Raises `GitFailed`, and `UserError` when there is no git."""
        try:
            done = subprocess.run(  # noqa: S603  # git, with arguments that are no options of users
                ["git", *_SETTINGS, *args],  # noqa: S607  # the git that the user has on PATH
                cwd=self.folder,
                env={**environment(), **(env or {})},
                input=data,
                capture_output=True,
                check=False,
                timeout=TIMEOUT,
            )
        except FileNotFoundError:
            raise UserError("git is not installed", "install git 2.31 or later") from None
        except subprocess.TimeoutExpired:
            raise GitFailed(f"no answer within {TIMEOUT} seconds") from None
        if done.returncode:
            raise GitFailed(said(done.stderr or done.stdout))
        return done.stdout

    def line(self, *args: str, data: bytes = b"", env: Mapping[str, str] | None = None) -> str:
        """The one line that `git *args` prints."""
        return self.run(*args, data=data, env=env).decode("utf-8", "replace").strip()

    def reach(self, remote: str, *args: str) -> bytes:
        """`run`, for a command that talks to a remote: tried again before `RemoteFailed`."""
        for pause in (*PAUSES, None):
            try:
                return self.run(*args)
            except GitFailed as error:
                if pause is None:
                    hint = "check the remote's address, the network and your rights"
                    raise RemoteFailed(f"cannot reach {redacted(remote)}: {error}", hint) from None
                time.sleep(pause)
        raise AssertionError  # the last attempt returns or raises


def environment() -> dict[str, str]:
    """The user's environment without what bends git; English messages, no questions."""
    kept = {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
    return {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}


def said(output: bytes) -> str:
    """What git said, as one line without its prefixes and without secrets of addresses."""
    lines = output.decode("utf-8", "replace").strip().splitlines()
    known = ("fatal: ", "error: ", "remote: ")
    told = [line for line in lines if line.startswith(known)] or lines
    first = told[0] if told else "git said nothing"
    for prefix in known:
        first = first.removeprefix(prefix)
    return redacted(first.strip())


def redacted(text: str) -> str:
    """Text without the user name and password of an address."""
    return _SECRET.sub("***", text)
