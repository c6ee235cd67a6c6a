"""The branches of a repository, and which of them counts as released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lensops.errors import UserError
from lensops.git.process import Git

ORIGIN, LOCAL = "refs/remotes/origin/", "refs/heads/"
_FORMAT = "--format=%(refname)%00%(HEAD)%00%(symref)"
_SHORTENED = (LOCAL, "refs/tags/")


@dataclass(frozen=True, slots=True)
class Tracked:
    """The tracked branch as a ref that resolves, and the local branch that it stands for."""

    ref: str
    local: str


@dataclass(frozen=True, slots=True)
class Branches:
    """The refs by full name, each with the ref that it points to, if it is symbolic."""

    refs: Mapping[str, str]
    checked_out: str | None  # the full name; None for a detached or an unborn HEAD

    @property
    def short_names(self) -> list[str]:
        """What people type for local branches and tags."""
        return [
            name.removeprefix(prefix)
            for name in self.refs
            for prefix in _SHORTENED
            if name.startswith(prefix)
        ]

    def tracked_branch(self, declared: str | None) -> Tracked:
        """The declared branch (its remote form first), else the remote's default.

        Else a local `main` or `master`, else `HEAD`. Raises `UserError` for a declared branch that
        there is not.
        """
        names = [ORIGIN + "HEAD", LOCAL + "main", LOCAL + "master"]
        if declared is not None:
            names = [ORIGIN + declared, LOCAL + declared]
        ref = next((name for name in names if self._resolves(name)), None)
        if ref is None and declared is not None:
            raise UserError(f"there is no branch {declared!r}", "fix `branch:` in the manifest")
        if ref is None:
            return Tracked("HEAD", "HEAD")
        return Tracked(ref, (self.refs[ref] or ref).replace(ORIGIN, LOCAL, 1))

    def _resolves(self, name: str) -> bool:
        return name in self.refs and (not self.refs[name] or self.refs[name] in self.refs)


def read_branches(git: Git) -> Branches:
    """Every ref, by one process."""
    refs: dict[str, str] = {}
    checked_out = None
    patterns = (LOCAL, ORIGIN, "refs/tags/")
    for line in git.line("for-each-ref", _FORMAT, *patterns).splitlines():
        name, mark, symbolic = line.split("\0")
        refs[name] = symbolic
        if mark == "*":
            checked_out = name
    return Branches(refs, checked_out)
