"""A git repository as lensops asks it: with neutral settings, and always closed."""

from __future__ import annotations

import getpass
import subprocess
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from lensops.errors import UserError
from lensops.history.blobs import Blobs, end
from lensops.history.tree import RevisionTree
from lensops.manifest import suggestion

if TYPE_CHECKING:
    import git

# what a person's or a machine's settings must not change in the output that is read here
NEUTRAL = (
    "core.quotePath=false",
    "log.showSignature=false",
    "log.follow=false",
    "color.ui=never",
    "diff.renames=false",
    "i18n.logOutputEncoding=UTF-8",
)
ENVIRONMENT = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
ENVIRONMENT |= {"GIT_LITERAL_PATHSPECS": "1"}
CHUNK = 1 << 16
_WHOLE = "the clone is shallow: in CI, check out with `fetch-depth: 0`"
ORIGIN, LOCAL = "refs/remotes/origin/", "refs/heads/"


def open_repository(folder: Path) -> Repository:
    """The repository around a folder, to be used in a `with`.

    Raises `UserError` when there is none, or no git to ask.
    """
    try:
        import git
    except ImportError:
        raise UserError("git is not installed", "install git, then try again") from None
    try:
        found = git.Repo(folder, search_parent_directories=True)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError):
        raise UserError("this is not a git repository", "run `git init` first") from None
    except (git.GitCommandError, ValueError) as error:
        raise UserError(f"git cannot open the repository: {_words(error)}") from None
    return Repository(found)


class Repository:
    """Questions to one repository. Methods raise `UserError` in git's words when it fails."""

    def __init__(self, repo: git.Repo) -> None:
        self._repo = repo
        self._repo.git.update_environment(**ENVIRONMENT)
        self.root = Path(repo.working_tree_dir).resolve() if repo.working_tree_dir else None

    def __enter__(self) -> Repository:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if "_blobs" in self.__dict__:
            self._blobs.close()
        self._repo.close()

    def head(self) -> str | None:
        """The commit that is checked out; None before the first one."""
        return self._try("rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    @property
    def is_shallow(self) -> bool:
        """Whether the clone was cut (`fetch-depth`), so that history is not whole."""
        return (Path(self._repo.common_dir) / "shallow").is_file()

    def resolve(self, ref: str) -> str:
        """The commit that a revision names. Raises `UserError` with a did-you-mean."""
        name = f"{ref}^{{commit}}"
        found = self._try("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        if found is None:
            hint = suggestion(ref, self._names()) or "see `git branch --all`"
            hint = _WHOLE if self.is_shallow else hint
            raise UserError(f"there is no revision {ref!r}", hint)
        return found.splitlines()[-1]

    def merge_base(self, ref: str) -> str:
        """The newest commit that `HEAD` and `ref` share. Raises `UserError` when there is none."""
        other = self.resolve(ref)
        found = self._try("merge-base", "HEAD", other)
        if found is None:
            hint = _WHOLE if self.is_shallow else None
            raise UserError(f"HEAD and {ref!r} have no commit in common", hint)
        return found

    def tree(self, commit: str, prefix: str = "") -> RevisionTree:
        """The files of a commit below a folder of the repository."""
        return RevisionTree(self, commit, prefix)

    def relative(self, path: Path) -> str:
        """A path of the work tree as git names it."""
        if self.root is None:
            return path.name
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            raise UserError(f"{path.name} lies outside the repository") from None

    def dirty(self, paths: Sequence[str]) -> list[str]:
        """Those of the paths that are not as in `HEAD`, untracked and ignored ones included."""
        if not paths:
            return []
        flags = ("--porcelain", "-z", "--untracked-files=all", "--ignored", "--no-renames")
        out = self.run("status", *flags, "--", *paths)
        return [entry[3:] for entry in out.split("\0") if entry]

    def tracked_branch(self, declared: str | None = None) -> str:
        """The branch whose history counts as released, as a ref that resolves.

        The declared one (its remote form first), else the remote's default, else a local `main` or
        `master`, else `HEAD`.
        """
        return self._tracked(declared)[0]

    def line(self, declared: str | None = None) -> str:
        """The tracked branch as it is here: `HEAD` when it is checked out, unpushed commits too."""
        tracked, local = self._tracked(declared)
        return "HEAD" if local == self.branch else tracked

    @cached_property
    def branch(self) -> str | None:
        """The full name of the branch that is checked out; None for a detached head."""
        return self._try("symbolic-ref", "--quiet", "HEAD")

    def _tracked(self, declared: str | None) -> tuple[str, str]:
        """The tracked branch, and the local branch that it is the remote form of."""
        names = [ORIGIN + "HEAD", LOCAL + "main", LOCAL + "master"]
        if declared is not None:
            names = [ORIGIN + declared, LOCAL + declared]
        out = self.run("for-each-ref", "--format=%(refname) %(symref)", *names)
        known = dict(each.split(" ", 1) for each in out.splitlines())
        found = next((name for name in names if name in known), None)
        if found is None and declared is not None:
            raise UserError(f"there is no branch {declared!r}", "mend `branch:` in the manifest")
        if found is None:
            return "HEAD", "HEAD"
        return found, (known[found] or found).replace(ORIGIN, LOCAL, 1)

    def parents(self, commit: str) -> tuple[str, ...]:
        """The parents of a commit, the first one first."""
        return tuple(self.run("rev-list", "--parents", "-n", "1", commit).split()[1:])

    def identity(self) -> str:
        """The name under which git would commit, or else the one that is logged in."""
        return self._try("config", "user.name") or self._author() or getpass.getuser()

    def commit_paths(self, paths: Sequence[str], message: str) -> str:
        """Commit these paths alone, whatever else is staged; gives the commit's id."""
        new = self.run("ls-files", "--others", "-z", "--", *paths)
        if new:
            self.run("add", "--intent-to-add", "--", *new.strip("\0").split("\0"))
        self.run("commit", "--quiet", "--only", "-m", message, "--", *paths)
        return self.run("rev-parse", "HEAD").strip()

    def run(self, *arguments: str) -> str:
        """stdout of a git command as text; bytes that are not UTF-8 are replaced."""
        git = self._git()
        try:
            out = self._repo.git.execute(
                self._command(arguments), stdout_as_string=False, strip_newline_in_stdout=False
            )
        except git.GitCommandError as error:
            raise UserError(f"git {arguments[0]} failed: {_words(error)}") from None
        return bytes(out).decode("utf-8", "replace")

    def stream(self, *arguments: str) -> Iterator[str]:
        """The NUL-separated fields of a git command's output, as they come."""
        process: Any = self._repo.git.execute(self._command(arguments), as_process=True)
        rest = b""
        try:
            while chunk := process.stdout.read(CHUNK):
                *fields, rest = (rest + chunk).split(b"\0")
                yield from (field.decode("utf-8", "replace") for field in fields)
            if rest:
                yield rest.decode("utf-8", "replace")
            self._finish(process, arguments[0])
        finally:
            end(process)

    @cached_property
    def _blobs(self) -> Blobs:
        command = self._command(("cat-file", "--batch"))
        start = self._repo.git.execute
        return Blobs(start(command, as_process=True, istream=subprocess.PIPE))

    def blob(self, name: str) -> bytes | None:
        """The bytes of an id or `commit:path`, over one git process; None when absent."""
        return self._blobs.read(name)

    def _finish(self, process: Any, command: str) -> None:
        words = process.stderr.read().decode("utf-8", "replace").strip()
        if process.proc.wait():
            raise UserError(f"git {command} failed: {words}")

    def _try(self, *arguments: str) -> str | None:
        git = self._git()
        try:
            found = self._repo.git.execute(self._command(arguments))
        except git.GitCommandError:
            return None
        return str(found) or None

    def _names(self) -> list[str]:
        refs = self.run("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags")
        return refs.split()

    def _author(self) -> str | None:
        ident = self._try("var", "GIT_AUTHOR_IDENT")
        return ident.split(" <")[0] if ident else None

    def _command(self, arguments: Sequence[str]) -> list[str]:
        settings = [part for setting in NEUTRAL for part in ("-c", setting)]
        return ["git", "--no-pager", *settings, *arguments]

    @staticmethod
    def _git() -> Any:
        import git

        return git


def _words(error: Exception) -> str:
    """What git said on stderr, without the library's frame."""
    said = str(getattr(error, "stderr", "") or error).strip()
    return said.removeprefix("stderr: ").strip("'\" \n").removeprefix("fatal: ")
