"""Find the repository of a folder: a `.git` on the way up, never a bare repository of a project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lensops.errors import UserError
from lensops.files.tree import resolve_path
from lensops.git import environment
from lensops.git.process import Git, GitFailed, NoRepository

_MAX_POINTER = 1 << 16  # bytes of a `.git` file


@dataclass(frozen=True)
class Site:
    """Where a repository lies. `root` is its work tree, None for a bare one."""

    root: Path | None
    git_dir: Path

    @cached_property
    def common_dir(self) -> Path:
        """Where the objects and branches are, which all worktrees of a repository share."""
        pointer = self.git_dir / "commondir"
        if not pointer.is_file():
            return self.git_dir
        return (self.git_dir / pointer.read_text(encoding="utf-8").strip()).resolve()

    @property
    def git(self) -> Git:
        """Git for this repository and no other."""
        options: tuple[str, ...] = (f"--git-dir={self.git_dir}",)
        if self.root is not None:
            options += (f"--work-tree={self.root}",)
        return Git(self.root or self.git_dir, options)


def find_site(folder: Path, *, bare: bool = False) -> Site:
    """The repository around a folder; with `bare`, the folder may be a bare repository itself.

    Raises `NoRepository`, and `UserError` in git's words when it belongs to another user.
    """
    start = resolve_path(folder)
    for parent in (start, *start.parents):
        git_dir = _git_dir(parent / ".git")
        if git_dir is not None:
            site = Site(parent, git_dir)
            _check_owner(site, parent / ".git")
            return site
    if bare and _is_git_dir(start):
        site = Site(None, start)
        _check_owner(site, start)
        return site
    raise NoRepository


def _git_dir(entry: Path) -> Path | None:
    """The repository that a `.git` is, or that the file of a worktree or submodule names."""
    if entry.is_dir():
        if not os.access(entry, os.R_OK | os.X_OK):
            problem = f"git cannot open the repository: {entry.name} may not be read"
            raise UserError(problem, "run this as its owner")
        return entry.resolve() if _is_git_dir(entry) else None
    if not entry.is_file() or entry.stat().st_size > _MAX_POINTER:
        return None
    text = entry.read_text(encoding="utf-8", errors="surrogateescape")
    target = (entry.parent / text.removeprefix("gitdir:").strip()).resolve()
    if not text.startswith("gitdir:") or not _is_git_dir(target):
        raise UserError(f"{entry.name} names no repository", f"look at {entry.name} with an editor")
    return target


def _is_git_dir(folder: Path) -> bool:
    shared = folder / "commondir"  # a worktree's own folder has no objects
    return os.path.lexists(folder / "HEAD") and (
        shared.is_file() or ((folder / "objects").is_dir() and (folder / "refs").is_dir())
    )


def _check_owner(site: Site, entry: Path) -> None:
    """Let git decide about a repository that belongs to somebody else (`safe.directory`)."""
    paths = (entry, site.git_dir, site.root or site.git_dir)
    if os.name != "posix" or all(path.stat().st_uid == os.geteuid() for path in paths):
        return
    trusted = tuple(f"safe.directory={folder}" for folder in environment.trusted_folders())
    settings = trusted if site.root else (*trusted, "safe.bareRepository=all")
    try:
        Git(site.root or site.git_dir).capture("rev-parse", "--git-dir", settings=settings)
    except GitFailed as error:
        name = site.root or site.git_dir
        hint = f"if you trust its owner: git config --global --add safe.directory {name}"
        raise UserError(f"git cannot open the repository: {error.reason}", hint) from None
