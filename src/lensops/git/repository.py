"""A repository as lensops asks it: revisions, trees, blobs; always closed after use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from lensops.errors import UserError
from lensops.git.branches import Branches, read_branches
from lensops.git.environment import Reach, helper_variables
from lensops.git.find import Site, find_site
from lensops.git.objects import MAX_BYTES, Objects
from lensops.git.process import GitFailed
from lensops.git.tree import RevisionTree

if TYPE_CHECKING:
    from lensops.git.process import Git

_HELPERS = r"^(credential\..*|core\.(sshcommand|askpass))$"
_SHORT = "--format=%(refname:short)"
_WHOLE = "the clone is shallow: in CI, check out with `fetch-depth: 0`"


def open_repository(folder: Path, *, bare: bool = False) -> Repository:
    """The repository around a folder, to be used in a `with`.

    With `bare`, the folder may be a bare repository itself. Raises `NoRepository`, and `UserError`
    where git refuses to open it.
    """
    return Repository(find_site(folder, bare=bare))


class Repository:
    """Questions to one repository. Methods raise `GitFailed` in git's words when it fails."""

    def __init__(self, site: Site) -> None:
        self.root = site.root  # the work tree, None for a bare repository
        self.git_dir = site.git_dir
        self._common_dir = site.common_dir
        self._site = site

    def __enter__(self) -> Repository:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what runs for this repository; a later question starts it again."""
        if "objects" in self.__dict__:
            self.objects.close()

    @cached_property
    def git(self) -> Git:
        """Git for this repository; only in a partial clone may it fetch what is lacking."""
        if not self.is_partial:
            return self._site.git
        return self._site.git._replace(reach=Reach.NETWORK, helpers=self.helper_variables())

    def helper_variables(self) -> Mapping[str, str]:
        """The variables that the credential helpers of this repository's settings name."""
        settings = self._site.git.line_or_none("config", "--get-regexp", _HELPERS)
        return helper_variables(settings or "")

    @cached_property
    def objects(self) -> Objects:
        """Objects by name."""
        return Objects(self.git, self._common_dir / "lfs/objects")

    @cached_property
    def is_partial(self) -> bool:
        """Whether the clone leaves out blobs (`--filter`), for git to fetch when they are read."""
        path = self._common_dir / "config"
        text = path.read_text(encoding="utf-8", errors="replace").lower() if path.is_file() else ""
        return "partialclone" in text or "promisor" in text

    @cached_property
    def shallow(self) -> frozenset[str]:
        """The commits at which the clone was cut (`fetch-depth`); none in a whole clone."""
        path = self._common_dir / "shallow"
        return frozenset(path.read_text(encoding="ascii").split() if path.is_file() else ())

    def sparse_paths(self) -> frozenset[str]:
        """The paths that a sparse checkout leaves out of the work tree; they are not deleted."""
        if not (self.git_dir / "info" / "sparse-checkout").is_file():
            return frozenset()
        entries = self.git.capture("ls-files", "-t", "-z").decode("utf-8", "surrogateescape")
        return frozenset(entry[2:] for entry in entries.split("\0") if entry.startswith("S "))

    def head(self) -> str | None:
        """The commit that is checked out; None before the first one."""
        return self._head

    @cached_property
    def _head(self) -> str | None:
        return self.objects.commit("HEAD")

    def resolve(self, ref: str) -> str:
        """The commit that a revision names. Raises `UserError` with a did-you-mean."""
        commit = self.head() if ref == "HEAD" else self.objects.commit(ref)
        if commit is None:
            from lensops.manifest import suggestion  # loaded for a mistake alone

            names = self.git.line("for-each-ref", _SHORT, "refs/heads/", "refs/tags/").splitlines()
            hint = suggestion(ref, names) or "see `git branch --all`"
            raise UserError(f"there is no revision {ref!r}", _WHOLE if self.shallow else hint)
        return commit

    def merge_base(self, ref: str) -> str:
        """The newest commit that `HEAD` and `ref` share. Raises `UserError` when there is none."""
        base = self.git.line_or_none("merge-base", "HEAD", self.resolve(ref))
        if base is None:
            hint = _WHOLE if self.shallow else None
            raise UserError(f"HEAD and {ref!r} have no commit in common", hint)
        return base

    def is_ancestor(self, commit: str, of: str) -> bool:
        """Whether one commit is another one, or comes before it."""
        return self.git.line_or_none("merge-base", commit, of) == commit

    def tree(self, commit: str, prefix: str = "") -> RevisionTree:
        """The files of a commit below a folder of the repository."""
        return RevisionTree(self.objects, commit, prefix)

    def blob(self, name: str, limit: int = MAX_BYTES) -> bytes | None:
        """The bytes of a blob by its id or `commit:path`; None when it is absent."""
        return self.objects.blob(name, limit)

    def parents(self, commit: str) -> tuple[str, ...]:
        """The parents of a commit, the first one first."""
        item = self.objects.get(commit)
        lines = item.data.split(b"\n\n", 1)[0].split(b"\n") if item else []
        return tuple(line[7:].decode() for line in lines if line.startswith(b"parent "))

    def relative(self, path: Path) -> str:
        """A path of the work tree as git names it."""
        if self.root is None:
            return path.name
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            raise UserError(f"{path.name} lies outside the repository") from None

    @cached_property
    def branches(self) -> Branches:
        """The branches by name, read once."""
        return read_branches(self.git)

    def tracked_branch(self, declared: str | None = None) -> str:
        """The branch whose history counts as released, as a ref that resolves."""
        return self.branches.tracked_branch(declared).ref

    def line(self, declared: str | None = None) -> str:
        """The tracked branch as it is here: `HEAD` when it is checked out, unpushed commits too."""
        tracked = self.branches.tracked_branch(declared)
        return "HEAD" if tracked.local == self.branches.checked_out else tracked.ref

    def identity(self) -> str:
        """The name under which git would commit, or else the one that is logged in."""
        try:
            name = self.git.line("var", "GIT_COMMITTER_IDENT").rpartition(" <")[0]
        except GitFailed:
            name = ""
        if name:
            return name
        import getpass

        return getpass.getuser()

    def commit_paths(self, paths: Sequence[str], message: str) -> str:
        """Commit these paths alone, as the user, whatever else is staged; gives the commit's id."""
        from lensops.git.writing import commit_paths  # loads GitPython

        if self.root is None:
            raise UserError("a bare repository has no work tree to commit from")
        self._check_work_tree(self.root)
        tree = RevisionTree(self.objects, self.head())
        new = [path for path in paths if tree.entry(path) is None]
        commit_paths(self.root, self.git_dir, self._common_dir, paths, new, message)
        self.__dict__.pop("_head", None)
        return self.resolve("HEAD")

    def _check_work_tree(self, root: Path) -> None:
        """Git must see the files where they are: its settings may say that they are not there."""
        if self.git_dir != self._common_dir:
            return  # in a linked worktree these settings have no say
        if self.git.line_or_none("config", "--type=bool", "core.bare") == "true":
            hint = "git config core.bare false, or commit the manifest yourself"
            raise UserError("core.bare says that the repository has no files", hint)
        setting = self.git.line_or_none("config", "core.worktree")
        if setting is not None and (self.git_dir / setting).resolve() != root:
            hint = "git config --unset core.worktree, or commit the manifest yourself"
            raise UserError(f"core.worktree says that the files are in {setting}", hint)
