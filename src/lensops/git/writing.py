"""Make commits: by plumbing for targets, and as the user, by their settings and hooks."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lensops.git.environment import committing
from lensops.git.process import Git, GitFailed, git_program, reason_of


def write_commit(
    git: Git,
    parent: str | None,
    files: Mapping[str, bytes],
    message: str,
    who: Mapping[str, str],
    removed: Collection[str] = (),
) -> str:
    """The id of a new commit: the parent's files, some written anew or removed. No branch moves.

    `who` holds git's variables of author, committer and their dates.
    """
    with tempfile.TemporaryDirectory(prefix="lensops-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.capture("read-tree", parent or "--empty", variables=index)
        ids = _write_blobs(git, Path(folder), list(files.values()))
        entries = [f"100644 {blob}\t{path}\0" for blob, path in zip(ids, files, strict=True)]
        listed = "".join(entries).encode()
        git.capture("update-index", "-z", "--index-info", data=listed, variables=index)
        if removed:
            names = "".join(f"{path}\0" for path in removed).encode()
            git.capture(
                "update-index", "--force-remove", "-z", "--stdin", data=names, variables=index
            )
        tree = git.line("write-tree", variables=index)
    parents = ["-p", parent] if parent else []
    return git.line("commit-tree", tree, *parents, data=message.encode(), variables=who)


def _write_blobs(git: Git, folder: Path, contents: list[bytes]) -> list[str]:
    """The ids of new blobs, by one process."""
    paths = [folder / str(number) for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    names = "".join(f"{path}\n" for path in paths).encode()
    return git.line("hash-object", "-w", "--no-filters", "--stdin-paths", data=names).split()


def create_bare(folder: Path) -> None:
    """Create an empty bare repository."""
    folder.mkdir(parents=True, exist_ok=True)
    Git(folder).capture("init", "--quiet", "--bare", ".")


_LOCALE = ("LC_ALL", "LANGUAGE")


def commit_paths(
    root: Path,
    git_dir: Path,
    common_dir: Path,
    paths: Sequence[str],
    new: Sequence[str],
    message: str,
) -> None:
    """`git commit --only` of these paths, of which some are new to git.

    Raises `GitFailed` with what git or a hook printed.
    """
    repository = {
        "GIT_DIR": str(git_dir),
        "GIT_WORK_TREE": str(root),
        "GIT_INDEX_FILE": str(git_dir / "index"),
        "GIT_OBJECT_DIRECTORY": str(common_dir / "objects"),
        "GIT_COMMON_DIR": str(common_dir),
    }
    # GitPython sets the locale; an empty value is that of a user who has set none
    locale = {name: os.environ.get(name, "") for name in _LOCALE}
    corrections = {**committing(repository), **locale}
    if new:
        _execute(root, corrections, "add", "--intent-to-add", "--", *new)
    _execute(root, corrections, "commit", "--quiet", "--only", "-m", message, "--", *paths)


def _execute(root: Path, corrections: dict[str, str], *arguments: str) -> None:
    with _quiet_import():
        import git
    try:
        git.Git(root).execute([git_program(root), *arguments], env=corrections)
    except git.GitCommandError as error:
        printed = str(error.stderr or error.stdout).strip()
        text = printed.removeprefix("stderr: ").removeprefix("stdout: ").strip("'\" \n")
        raise GitFailed(arguments[0], reason_of(text.encode())) from None


@contextmanager
def _quiet_import() -> Iterator[None]:
    """While GitPython is loaded, it finds no git: it would run `git version`, twice."""
    settings = {"GIT_PYTHON_GIT_EXECUTABLE": os.devnull, "GIT_PYTHON_REFRESH": "quiet"}
    saved = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
