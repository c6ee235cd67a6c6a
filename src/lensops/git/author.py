"""Commit as the user: their settings, their hooks, their environment; through GitPython."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lensops.git.environment import committing
from lensops.git.errors import GitFailed, reason_of
from lensops.git.process import git_program

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
