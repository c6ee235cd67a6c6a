"""From a manifest's `git:` to a remote: a remote's name, an address, or a path; what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lensops.errors import UserError
from lensops.files.tree import resolve_path
from lensops.git.environment import PROTOCOLS
from lensops.git.process import redact
from lensops.git.remotes import Remote

if TYPE_CHECKING:
    from lensops.git.repository import Repository

_HELPER = re.compile(r"[\w.+-]+::")  # `ext::`, `fd::`: a transport that is a program
_URL = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_SSH = re.compile(r"(?:[\w.+-]+@)?(?:[\w.-]{2,}|\[[0-9a-fA-F:.]+\]):(?!/)")
_KNOWN = "use https, ssh, git or file, a path, or the name of a remote"


def find_remote(repository: Repository, value: str, folder: Path, boundary: Path) -> Remote:
    """The remote that a manifest in `folder` names. `boundary` is the project's outermost folder.

    Raises `UserError` for what cannot be meant, and for what a project could bring along itself.
    """
    names = _remotes(repository)
    if value not in names and (problem := address_problem(value, folder, boundary)):
        raise problem
    if value in names:
        for address in names[value]:
            _check_outside(value, local_path(address, repository.root or folder), boundary)
        if all(local_path(address, folder) is not None for address in names[value]):
            return Remote(repository.git, value, value, is_local=True)
        return _network_remote(repository, value)
    path = local_path(value, folder)
    if path is not None:
        _check_outside(value, path, boundary)
        address = str(repository.git_dir if path == repository.root else path)
        return Remote(repository.git, value, address, is_local=True, runs_hooks=False)
    if _URL.match(value) or _SSH.match(value):
        return _network_remote(repository, value)
    listed = ", ".join(names)
    hint = f"remotes: {listed}" if listed else f"add it: git remote add {value} URL"
    raise UserError(f"there is no remote {value!r}", hint)


def _network_remote(repository: Repository, value: str) -> Remote:
    git = repository.git._replace(helpers=repository.helper_variables())
    return Remote(git, value, value)


def address_problem(value: str, folder: Path, boundary: Path) -> UserError | None:
    """What is wrong with a manifest's `git:` whatever the remotes are; None when nothing is."""
    if value.startswith("-") or "\0" in value or "\n" in value:
        return UserError(f"{value!r} is no remote", _KNOWN)
    scheme = _URL.match(value)
    if _HELPER.match(value) or (scheme and scheme[1].lower() not in PROTOCOLS):
        return UserError(f"{redact(value)!r} uses a transport that lensops does not use", _KNOWN)
    try:
        path = local_path(value, folder)
        if path is not None and not (_is_name(value) and not path.exists()):
            _check_outside(value, path, boundary)
    except UserError as error:
        return error
    return None


def _is_name(value: str) -> bool:
    """Whether it may be the name of a remote as well, such as `team/origin`."""
    return not value.startswith((".", "/")) and not _URL.match(value)


def local_path(value: str, folder: Path) -> Path | None:
    """The path that an address means on this machine, links followed; None for other addresses."""
    if value.lower().startswith("file://"):
        return resolve_path(Path(unquote(urlsplit(value).path)))
    if _URL.match(value) or _HELPER.match(value) or _SSH.match(value):
        return None
    is_path = "/" in value or value.startswith(".")
    return resolve_path(folder / value) if is_path else None


def _check_outside(value: str, path: Path | None, boundary: Path) -> None:
    """A repository among a project's files would bring hooks and settings of its own.

    The project's own repository is no such one: its folder is the boundary, which holds `.git`.
    """
    if path is None or not path.is_relative_to(boundary):
        return
    if path == boundary and (boundary / ".git").exists():
        return
    hint = "name a repository elsewhere, or `.` at the root for a branch of this one"
    raise UserError(f"{value!r} lies inside the project, whose files no git may run on", hint)


def _remotes(repository: Repository) -> dict[str, list[str]]:
    """The remotes by name, with the addresses that git makes of them."""
    remotes: dict[str, list[str]] = {}
    for line in repository.git.line("remote", "-v").splitlines():
        name, _, address = line.partition("\t")
        remotes.setdefault(name, []).append(address.rpartition(" (")[0])
    return remotes
