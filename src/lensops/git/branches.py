"""The branches of a repository, and which of them counts as released."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from lensops.errors import UserError

if TYPE_CHECKING:
    from lensops.git.process import Git

ORIGIN, LOCAL = "refs/remotes/origin/", "refs/heads/"
_FORMAT = "--format=%(refname)%00%(HEAD)%00%(symref)"


class Tracked(NamedTuple):
    """The tracked branch as a ref that resolves, and the local branch that it stands for."""

    ref: str
    local: str


class Branches(NamedTuple):
    """Branches by full name, each with the ref that it points to, if it is symbolic."""

    refs: Mapping[str, str]
    checked_out: str | None  # the full name; None for a detached or an unborn HEAD

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
    """The local branches and those of `origin`, by one process."""
    refs: dict[str, str] = {}
    checked_out = None
    for line in git.line("for-each-ref", _FORMAT, LOCAL, ORIGIN).splitlines():
        name, mark, symbolic = line.split("\0")
        refs[name] = symbolic
        if mark == "*":
            checked_out = name
    return Branches(refs, checked_out)
