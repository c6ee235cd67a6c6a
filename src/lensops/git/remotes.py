"""Reach a remote, only by protocols that run nothing here; a failure is tried again."""

from __future__ import annotations

import time
from dataclasses import dataclass

from lensops.errors import RemoteFailed
from lensops.git.errors import GitFailed, redact
from lensops.git.process import Git

PAUSES = (0.3, 1.0)  # seconds before the second and the third attempt
_PATIENCE = ("http.lowSpeedLimit=1000", "http.lowSpeedTime=30")


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote of a repository, by name, address or path."""

    git: Git
    name: str

    def tip(self, ref: str) -> str | None:
        """The commit that a ref of the remote is at; None where there is none."""
        output = self.reach("ls-remote", "--", self.name, ref)
        rows = [line.split("\t") for line in output.decode("utf-8", "replace").splitlines()]
        return next((commit for commit, name in rows if name == ref), None)

    def fetch(self, ref: str, into: str) -> None:
        """Fetch one ref into a ref of the repository, and nothing besides."""
        options = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"]
        options += ["--no-prune", "--no-recurse-submodules", "--no-filter"]
        self.reach("fetch", *options, "--", self.name, f"+{ref}:{into}")

    def push(self, commit: str, ref: str, expected: str | None) -> None:
        """Move a ref from `expected` to a commit, once. Raises `GitFailed`."""
        lease = f"--force-with-lease={ref}:{expected or ''}"
        options = ["--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no"]
        self._capture("push", *options, lease, "--", self.name, f"{commit}:{ref}")

    def reach(self, *arguments: str) -> bytes:
        """stdout of a command; tried again before `RemoteFailed`."""
        for pause in (*PAUSES, None):
            try:
                return self._capture(*arguments)
            except GitFailed as error:
                if pause is None:
                    hint = "check the remote's address, the network and your rights"
                    problem = f"cannot reach {redact(self.name)}: {error.reason}"
                    raise RemoteFailed(problem, hint) from None
                time.sleep(pause)
        raise AssertionError  # the last attempt returns or raises

    def _capture(self, *arguments: str) -> bytes:
        return self.git.capture(*arguments, remote=True, settings=_PATIENCE)
