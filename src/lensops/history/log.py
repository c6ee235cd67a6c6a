"""The commits that touched a manifest or its prompts: one streamed `git log`, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

_MARK = "\x01"  # begins a record; paths follow raw fields, so that none is taken for it
_FORMAT = f"{_MARK}%H%x00%P%x00%an%x00%ct%x00%B"
_FLAGS = ("--first-parent", "-m", "--raw", "-z", "--no-abbrev", "--no-renames")


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of the first-parent line. `touched`: path to blob id, None when removed."""

    id: str
    parents: tuple[str, ...]
    author: str
    time: int  # seconds since 1970, when it was committed
    message: str
    touched: dict[str, str | None]
    added: frozenset[str]

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.strip().split("\n", 1)[0]


@dataclass(frozen=True, slots=True)
class Location:
    """Where a project lies in the repository at some time: its folder and its manifest's name."""

    prefix: str  # "" or a folder with a slash behind it
    name: str

    @property
    def manifest(self) -> str:
        return self.prefix + self.name

    @property
    def prompts(self) -> str:
        return f"{self.prefix}prompts/"


class Source(Protocol):
    """What a log needs of a repository."""

    def run(self, *arguments: str) -> str: ...
    def stream(self, *arguments: str) -> Iterator[str]: ...


def location(manifest: str) -> Location:
    """The location of a manifest's path."""
    folder, slash, name = manifest.rpartition("/")
    return Location(folder + slash, name)


def commits(source: Source, tip: str, start: Location) -> Iterator[tuple[Location, Commit]]:
    """Commits on the first-parent line of `tip`, newest first, each with the location it knew.

    Where a commit adds the manifest by moving it, the line goes on from its parent with the place
    that the manifest had there.
    """
    at, where = tip, start
    while True:
        moved = None
        for commit in _read(source.stream(*_arguments(at, where))):
            yield where, commit
            if where.manifest in commit.added and commit.parents:
                moved = _origin(source, commit, where)
                if moved is not None:
                    at, where = commit.parents[0], moved
                    break
        if moved is None:
            return


def _arguments(tip: str, where: Location) -> tuple[str, ...]:
    return ("log", *_FLAGS, f"--format={_FORMAT}", tip, "--", where.manifest, where.prompts)


def _read(fields: Iterator[str]) -> Iterator[Commit]:
    head = next(fields, "")
    while head.startswith(_MARK):
        parents, author, time, message = (next(fields) for _ in range(4))
        touched: dict[str, str | None] = {}
        added = set()
        following = ""
        for field in fields:
            raw = field.lstrip("\n")
            if not raw.startswith(":"):
                following = field
                break
            _, _, _, blob, status = raw.split(" ")
            path = next(fields)
            touched[path] = blob if blob.strip("0") else None
            if status == "A":
                added.add(path)
        yield Commit(
            head[1:],
            tuple(parents.split()),
            author,
            int(time),
            message,
            touched,
            frozenset(added),
        )
        head = following


def _origin(source: Source, commit: Commit, where: Location) -> Location | None:
    """Where the manifest that a commit adds was before it; None when it is new."""
    parent = commit.parents[0]
    flags = ("-r", "-M", "-z", "--diff-filter=R", "--name-status")
    out = source.run("diff-tree", *flags, parent, commit.id)
    fields = iter(out.split("\0"))
    for status, old, new in zip(fields, fields, fields, strict=False):
        if status.startswith("R") and new == where.manifest:
            return location(old)
    return None
