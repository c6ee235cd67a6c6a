"""From the manifest's `targets:` to the places themselves; one line a kind of target."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from lensops.errors import UserError
from lensops.files import LocalTree
from lensops.manifest import Target as Settings
from lensops.targets.branch import Branch, branch_problem
from lensops.targets.directory import Directory
from lensops.targets.git import Git, GitFailed
from lensops.targets.target import Target

CACHE = ".lensops/cache"  # only for a git target of a project that is in no repository
_ADDRESS = re.compile(r"[a-z0-9+.-]+://|[\w.-]+@[\w.-]+:|[\w-]{2,}:", re.IGNORECASE)


def open_target(name: str, settings: Settings, folder: LocalTree) -> Target:
    """The target of an entry of the manifest that lies in `folder`.

    Raises `UserError` when its path or its remote cannot be meant.
    """
    kind = "directory" if settings.directory is not None else "git"
    return KINDS[kind](name, settings, folder)


def _directory(name: str, settings: Settings, folder: LocalTree) -> Target:
    path = settings.directory or ""
    return Directory(name, folder.path(path), path)


def _branch(name: str, settings: Settings, folder: LocalTree) -> Target:
    value, branch = settings.git or "", settings.branch or ""
    git = _repository(folder)
    if problem := branch_problem(git, branch):
        raise problem
    return Branch(name, git, _remote(name, value, git, folder), branch)


def _repository(folder: LocalTree) -> Git:
    """The project's repository: its settings hold the remotes and the rights to them."""
    here = Git(folder.root)
    try:
        top = here.line("rev-parse", "--show-toplevel")
        return Git(Path(top))
    except GitFailed as error:
        if "work tree" in str(error):  # a bare repository
            return here
        if "not a git repository" not in str(error):
            raise UserError(f"git cannot work here: {error}") from None
    cache = folder.path(CACHE)
    if not cache.exists():
        cache.mkdir(parents=True)
        Git(cache).run("init", "--quiet", "--bare", ".")
    return Git(cache)


def _remote(name: str, value: str, git: Git, folder: LocalTree) -> str:
    """What git shall talk to: a remote's name, an address, or a path from the manifest."""
    if value.startswith("-"):
        raise UserError(f"targets.{name}.git: {value!r} is no remote")
    known = git.line("remote").split()
    if value in known or _ADDRESS.match(value):
        return value
    if "/" in value or value.startswith("."):
        return str((folder.root / value).resolve())
    hint = f"remotes: {', '.join(known)}" if known else f"add one with `git remote add {value} …`"
    raise UserError(f"targets.{name}.git: there is no remote {value!r}", hint)


KINDS: dict[str, Callable[[str, Settings, LocalTree], Target]] = {
    "directory": _directory,
    "git": _branch,
}
