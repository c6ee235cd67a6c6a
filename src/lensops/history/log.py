"""The commits that touched a manifest or its prompts, newest first, by git's plumbing."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from lensops.errors import UserError
from lensops.git.tree import Entry

if TYPE_CHECKING:
    from lensops.git import Repository


# rev-list and diff-tree read no `log.*` and no `diff.*` setting of a user
_FORMAT = "--format=%x00%H%x00%P%x00%an%x00%ct%x00%B%x00"
_LINE = ("rev-list", "--first-parent", "--encoding=UTF-8", _FORMAT)
_CHANGES = ("diff-tree", "--stdin", "--root", "-r", "-z", "--raw", "--no-abbrev", "--no-renames")
_RENAMES = ("diff-tree", "-r", "-M", "-z", "--diff-filter=R", "--name-status")
_MAX_ROUNDS = 8  # of links that lead to links


class Commit(NamedTuple):
    """One commit of the first-parent line. `touched`: path to what it became, None if removed."""

    id: str
    parents: tuple[str, ...]
    author: str
    time: int | None  # seconds since 1970, when it was committed; None when git cannot read it
    message: str
    touched: dict[str, Entry | None]
    added: frozenset[str]

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.strip().split("\n", 1)[0]


class Location(NamedTuple):
    """Where a project lies in the repository at some time: its folder and its manifest's name."""

    prefix: str  # "" or a folder with a slash behind it
    name: str

    @property
    def manifest(self) -> str:
        return self.prefix + self.name

    def folder(self, name: str) -> str:
        """A folder beside the manifest, as a path of the repository."""
        return posixpath.normpath(self.prefix + name)


def location_of_manifest(manifest: str) -> Location:
    """The location of a manifest's path."""
    folder, slash, name = manifest.rpartition("/")
    return Location(folder + slash, name)


def read_commits(
    repository: Repository, tip: str, start: Location, folders: Collection[str]
) -> Iterator[tuple[Location, Commit]]:
    """Commits on the first-parent line of `tip`, newest first, each with the location it knew.

    They touched the manifest, or one of the folders beside it in which prompts lie.

    Where a commit adds the manifest by moving it, the line goes on from its parent with the place
    that the manifest had there.
    """
    location: Location | None = start
    while location is not None:
        origin = None
        for commit in _read_segment(repository, tip, location, folders):
            yield location, commit
            if location.manifest in commit.added and commit.parents:
                origin = _find_origin(repository, commit, location)
                if origin is not None:
                    tip = commit.parents[0]
                    break
        location = origin


def _read_segment(
    repository: Repository, tip: str, location: Location, folders: Collection[str]
) -> list[Commit]:
    """The commits that touched the project at one location, or what its links lead to."""
    paths = {location.manifest, *(location.folder(name) for name in folders)}
    paths = {path for path in paths if not path.startswith("..")}  # outside of the repository
    for _ in range(_MAX_ROUNDS):
        commits = _read_line(repository, tip, paths)
        targets = set(_link_targets(repository, commits)) - paths
        if not targets:
            break
        paths |= targets
    return commits


def _read_line(repository: Repository, tip: str, paths: Iterable[str]) -> list[Commit]:
    scope = ("--", *sorted(paths))
    output = repository.git.capture(*_LINE, tip, *scope).decode("utf-8", "replace")
    fields = output.split("\0")
    commits = [_parse_commit(*fields[start : start + 5]) for start in range(1, len(fields) - 1, 6)]
    requests = [" ".join((commit.id, *commit.parents[:1])) + "\n" for commit in commits]
    if not commits:
        return []
    changes = repository.git.capture(*_CHANGES, *scope, data="".join(requests).encode())
    touched = _parse_changes(changes.decode("utf-8", "surrogateescape"))
    return [
        commit._replace(touched=entries, added=added)
        for commit in commits
        for entries, added in [touched.get(commit.id, ({}, frozenset()))]
    ]


def _parse_commit(name: str, parents: str, author: str, time: str, message: str) -> Commit:
    seconds = int(time) if time.lstrip("-").isdecimal() else None
    return Commit(name, tuple(parents.split()), author, seconds, message, {}, frozenset())


def _parse_changes(output: str) -> dict[str, tuple[dict[str, Entry | None], frozenset[str]]]:
    """What each commit touched and added: an id, then pairs of a change and its path."""
    changes: dict[str, tuple[dict[str, Entry | None], frozenset[str]]] = {}
    fields = iter(output.split("\0"))
    touched: dict[str, Entry | None] = {}
    added: set[str] = set()
    commit = ""
    for field in fields:
        if not field.startswith(":"):
            if commit:
                changes[commit] = touched, frozenset(added)
            commit, touched, added = field, {}, set()
            continue
        _, mode, _, blob, status = field[1:].split(" ")
        path = next(fields)
        touched[path] = Entry(mode, blob) if status != "D" else None
        if status == "A":
            added.add(path)
    return changes


def _link_targets(repository: Repository, commits: Iterable[Commit]) -> Iterator[str]:
    """Where links lead that were part of the project at some time, as paths of the repository."""
    links = {
        (path, entry.id)
        for commit in commits
        for path, entry in commit.touched.items()
        if entry is not None and entry.is_link
    }
    for path, blob in links:
        target = repository.objects.link_target(blob)
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if not joined.startswith(("/", "../")) and joined not in (".", ".."):
            yield joined


def _find_origin(repository: Repository, commit: Commit, location: Location) -> Location | None:
    """Where the manifest that a commit adds was before it; None when it is new."""
    output = repository.git.capture(*_RENAMES, commit.parents[0], commit.id)
    fields = iter(output.decode("utf-8", "surrogateescape").split("\0"))
    for status, old, new in zip(fields, fields, fields, strict=False):
        if status.startswith("R") and new == location.manifest:
            return location_of_manifest(old)
    return None


def cut_of(repository: Repository, tip: str) -> str | None:
    """The commit at which a shallow clone cuts the line of `tip`; None for a whole line."""
    if not repository.shallow:
        return None
    roots = repository.git.line("rev-list", "--first-parent", "--max-parents=0", tip).split()
    if not roots:
        raise UserError("git names no first commit of the line", "run `git fsck`")
    return roots[0] if roots[0] in repository.shallow else None


# GitHub merge, GitLab merge, Bitbucket merge, Azure merge: compiled by the first message
_FORMS = (
    r"^Merge pull request #(\d+)\b",
    r"(?m)^See merge request \S*!(\d+)\s*$",
    r"\(pull request #(\d+)\)",
    r"^Merged PR (\d+):",
)
_SQUASHED = r"\(#(\d+)\)\s*$"


def pull_request(message: str) -> int | None:
    """The number, or None. A squash ends its subject with it."""
    merged = next((match for form in _FORMS if (match := re.search(form, message))), None)
    subject = message.strip().split("\n", 1)[0]
    number = merged or re.search(_SQUASHED, subject)
    return int(number[1]) if number and len(number[1]) < 10 else None
