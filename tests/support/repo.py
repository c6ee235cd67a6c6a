"""A real git repository in a temporary folder, with a clock of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

FIRST = 1_750_000_000  # seconds since 1970: every commit is a minute after the one before


class Repo:
    """Files and commits. Each commit's time is one minute after the last, so ids are repeatable."""

    def __init__(self, root: Path, *, branch: str = "main", init: bool = True) -> None:
        self.root = root
        self.clock = FIRST
        if init:
            root.mkdir(parents=True, exist_ok=True)
            self.git("init", "-q", "-b", branch)

    def copy(self, root: Path) -> Repo:
        """A repository of its own with the same files, commits and clock."""
        shutil.copytree(self.root, root, symlinks=True)
        repo = Repo(root, init=False)
        repo.clock = self.clock
        repo.git("update-index", "-q", "--refresh")  # the index knows files by their inodes
        return repo

    def git(self, *args: str, check: bool = True, env: Mapping[str, str] | None = None) -> str:
        """stdout of `git *args`, its last line end taken off."""
        when = f"{self.clock} +0000"
        dated = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        done = subprocess.run(
            ["git", "-c", "maintenance.auto=false", *args],
            cwd=self.root,
            env={**os.environ, **dated, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"git {args} failed: {done.stderr}{done.stdout}")
        return done.stdout.rstrip("\n")

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files, text without any change of line ends."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(
        self,
        message: str,
        files: Mapping[str, str | bytes] | None = None,
        *,
        author: str | None = None,
        at: int | None = None,
    ) -> str:
        """Write files, commit everything, and give the commit's id."""
        self.write(files or {})
        self.clock = at if at is not None else self.clock + 60
        self.git("add", "-A")
        by = ["--author", author] if author else []
        self.git("commit", "-q", "--allow-empty", "-m", message, *by)
        return self.head()

    def tick(self) -> None:
        """Let a minute pass, for commits that git makes by itself (merge, revert)."""
        self.clock += 60

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")
