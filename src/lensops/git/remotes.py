"""Reach a remote, only by protocols that run nothing here; a failure is tried again."""

from __future__ import annotations

import time
from dataclasses import dataclass

from lensops.errors import RemoteFailed
from lensops.git.environment import Reach
from lensops.git.process import TIMEOUT, Git, GitFailed, redact

ANSWER = 60  # seconds until a remote must have said where its branches are
PAUSES = (0.3, 1.0)  # seconds before the second and the third attempt
# A local remote's programs run here, so nothing that its settings name may run in them.
_QUIET = "-c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.alternateRefsCommand=true"
_UPLOAD = f"--upload-pack=git {_QUIET} upload-pack"
_RECEIVE = f"--receive-pack=git {_QUIET} -c gc.auto=0 -c receive.autoGC=false receive-pack"


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote of a repository: `address` is what git reaches, `name` what the manifest says.

    `is_local`: a path of this machine, which needs no secret. `runs_hooks` is for remotes that the
    user has set up; those that a manifest names by a path run none.
    """

    git: Git
    name: str
    address: str
    is_local: bool = False
    runs_hooks: bool = True

    def tip(self, ref: str) -> str | None:
        """The commit that a ref of the remote is at; None where there is none."""
        program = self._program(_UPLOAD)
        output = self._reach("ls-remote", *program, "--", self.address, ref, timeout=ANSWER)
        rows = [line.split("\t") for line in output.decode("utf-8", "replace").splitlines()]
        return next((commit for commit, name in rows if name == ref), None)

    def fetch(self, ref: str, into: str) -> None:
        """Fetch one ref into a ref of the repository, and nothing besides."""
        options = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"]
        options += ["--no-prune", "--no-recurse-submodules", "--no-filter"]
        options += self._program(_UPLOAD)
        self._reach("fetch", *options, "--", self.address, f"+{ref}:{into}")

    def push(self, commit: str, ref: str, expected: str | None) -> None:
        """Move a ref from `expected` to a commit, once. Raises `GitFailed`."""
        lease = f"--force-with-lease={ref}:{expected or ''}"
        options = ["--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no"]
        options += self._program(_RECEIVE)
        self._capture("push", *options, lease, "--", self.address, f"{commit}:{ref}")

    def _program(self, option: str) -> list[str]:
        """The option that starts the other end without hooks, for a path."""
        return [] if self.runs_hooks else [option]

    def _reach(self, *arguments: str, timeout: float = TIMEOUT) -> bytes:
        """stdout of a command; tried again before `RemoteFailed`, but not when time ran out."""
        for pause in (*PAUSES, None):
            try:
                return self._capture(*arguments, timeout=timeout)
            except GitFailed as error:
                if pause is None or error.status is None:
                    hint = "check the remote's address, the network and your rights"
                    problem = f"cannot reach {redact(self.name)}: {error.reason}"
                    raise RemoteFailed(problem, hint) from None
                time.sleep(pause)
        raise AssertionError  # the last attempt returns or raises

    def _capture(self, *arguments: str, timeout: float = TIMEOUT) -> bytes:
        reach = Reach.LOCAL if self.is_local else Reach.NETWORK
        return self.git.capture(*arguments, reach=reach, timeout=timeout)
