"""Events: what commits did to the active versions, told from digests, never from messages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import zip_longest

from lensops.history.log import Commit
from lensops.history.pull_request import pull_request


class Kind(StrEnum):
    """What an event did to a prompt."""

    ACTIVATE = "activate"  # content that was not active before
    ROLLBACK = "rollback"  # content from before the one it replaces
    REAPPLY = "re-apply"  # content that was rolled back from, or removed
    REMOVE = "remove"
    UNKNOWN = "unknown"  # the history is cut here: when and by whom is not known


@dataclass(frozen=True, slots=True)
class Event:
    """A change of a prompt's active content. `date` is ISO 8601 in UTC, of the commit."""

    prompt: str
    version: str | None
    previous: str | None
    digest: str | None
    kind: Kind
    commit: str
    author: str
    date: str
    subject: str
    pull_request: int | None
    status: str = "archived"  # active, archived, rolled back


@dataclass(frozen=True, slots=True)
class Skipped:
    """A commit that is no event: a broken manifest, or one without effective change."""

    commit: str
    author: str
    date: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class History:
    """Events newest first. `cut_at` is the commit where a shallow clone ends."""

    complete: bool
    cut_at: str | None
    events: tuple[Event, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Active:
    """A version and the digest of its content."""

    version: str
    digest: str


@dataclass(slots=True)
class Timeline:
    """One prompt through time, fed oldest first."""

    prompt: str
    now: Active | None = None
    line: list[str] = field(default_factory=list)  # digests that led to the active one
    undone: set[str] = field(default_factory=set)  # digests that a rollback left behind
    events: list[Event] = field(default_factory=list)

    def becomes(self, active: Active | None, commit: Commit, *, cut: bool) -> bool:
        """Whether a commit made another digest active; then there is an event of it."""
        before, self.now = self.now, active
        if (before and before.digest) == (active and active.digest):
            return False
        kind = Kind.UNKNOWN if cut else self._kind(before, active)
        self._remember(active, kind)
        self.events.append(
            Event(
                self.prompt,
                active.version if active else None,
                before.version if before else None,
                active.digest if active else None,
                kind,
                commit.id,
                commit.author,
                moment(commit.time),
                commit.subject,
                pull_request(commit.message),
            )
        )
        return True

    def told(self) -> list[Event]:
        """The events, oldest first, with the status that each has now."""
        told = []
        for event, following in zip_longest(self.events, self.events[1:]):
            status = "archived"
            if following is None and event.kind is not Kind.REMOVE:
                status = "active"
            elif following is not None and following.kind is Kind.ROLLBACK:
                status = "rolled back"
            told.append(replace(event, status=status))
        return told

    def _kind(self, before: Active | None, active: Active | None) -> Kind:
        if active is None:
            return Kind.REMOVE
        digest = active.digest
        if digest in self.undone or (before is None and digest in self.line):
            return Kind.REAPPLY
        return Kind.ROLLBACK if digest in self.line else Kind.ACTIVATE

    def _remember(self, active: Active | None, kind: Kind) -> None:
        if active is None:
            return
        digest = active.digest
        if kind is Kind.ROLLBACK:
            place = self.line.index(digest)
            self.undone.update(self.line[place + 1 :])
            del self.line[place + 1 :]
            return
        self.undone.discard(digest)
        if digest not in self.line:
            self.line.append(digest)


def moment(time: int) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    try:
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):  # a clock of another age
        return "unknown"
