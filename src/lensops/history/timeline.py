"""One prompt through time: the one structure that kinds, statuses and rollbacks are read off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING

from lensops.history.events import Event, Kind, format_time
from lensops.history.log import pull_request

if TYPE_CHECKING:
    from lensops.history.log import Commit


@dataclass(frozen=True, slots=True)
class Active:
    """A version that is active, and the digest of its content; None when it cannot be read.

    `path` is where its file is in the repository.
    """

    version: str
    digest: str | None
    path: str | None = field(default=None, compare=False)


@dataclass(slots=True)
class Timeline:
    """Fed oldest first. `line` holds the activations that led to the active version."""

    prompt: str
    active: Active | None = None
    line: list[Event] = field(default_factory=list)
    undone: list[Event] = field(default_factory=list)  # activations that a rollback left behind
    removed: list[Event] = field(default_factory=list)  # the line when the prompt was removed
    events: list[Event] = field(default_factory=list)

    def observe(self, active: Active | None, commit: Commit, *, cut: bool) -> bool:
        """Whether a commit made another version, or other content, active: then it is an event."""
        if active == self.active:
            return False
        kind = Kind.UNKNOWN if cut else self._classify(active)
        event = self._event(active, kind, commit)
        self._advance(event)
        self.events.append(event)
        self.active = active
        return True

    def rename(self, prompt: str) -> None:
        """Go on under another name; what happened before happened to the same prompt."""
        self.prompt = prompt
        for events in (self.events, self.line, self.undone, self.removed):
            events[:] = [event._replace(prompt=prompt) for event in events]

    def events_with_status(self) -> list[Event]:
        """The events, oldest first, with the status that each has now."""
        events = []
        for event, following in zip_longest(self.events, self.events[1:]):
            status = "archived"
            if following is None and event.kind is not Kind.REMOVE:
                status = "active"
            elif following is not None and following.kind is Kind.ROLLBACK:
                status = "rolled back"
            events.append(event._replace(status=status))
        return events

    def _classify(self, active: Active | None) -> Kind:
        if active is None:
            return Kind.REMOVE
        if self._restored_position(active) is not None:
            return Kind.ROLLBACK
        left_behind = self.removed if self.active is None else self.undone
        returns = _position(left_behind, active, by_name=self._is_renamed(active)) is not None
        return Kind.REAPPLY if returns else Kind.ACTIVATE

    def _advance(self, event: Event) -> None:
        """Bring the line up to date."""
        if event.version is None:
            self.removed, self.line = self.line, []
            return
        active = Active(event.version, event.digest)
        position = self._restored_position(active)
        if position is not None:
            self.undone += self.line[position + 1 :]
            self.line[position:] = [self.line[position]._replace(version=event.version)]
            return
        self.removed = []
        self.undone = [old for old in self.undone if not _is_same(old, active)]
        if self.line and self.line[-1].version == event.version and self.line[-1].digest is None:
            self.line[-1] = self.line[-1]._replace(digest=event.digest)  # it can be read now
        else:
            self.line.append(event)

    def _restored_position(self, active: Active) -> int | None:
        """The position in the line that a version goes back to; None when it does not."""
        if self.active is None:
            return None
        return _position(self.line, active, by_name=self._is_renamed(active))

    def _is_renamed(self, active: Active) -> bool:
        """Whether it is the content that is active already, under another name."""
        return (
            self.active is not None
            and active.digest is not None
            and active.digest == self.active.digest
        )

    def _event(self, active: Active | None, kind: Kind, commit: Commit) -> Event:
        return Event(
            self.prompt,
            active.version if active else None,
            self.active.version if self.active else None,
            active.digest if active else None,
            kind,
            commit.id,
            commit.author,
            format_time(commit.time),
            commit.subject,
            pull_request(commit.message),
            path=active.path if active else None,
        )


def _position(line: Sequence[Event], active: Active, *, by_name: bool = False) -> int | None:
    """Where a version stands in a line: by name and content, else (unless `by_name`) by content."""
    exact = [n for n, event in enumerate(line) if _names(event, active)]
    if exact or by_name:
        return exact[-1] if exact else None
    equal = [n for n, event in enumerate(line) if _is_same(event, active)]
    return equal[-1] if equal else None


def _names(event: Event, active: Active) -> bool:
    return (event.version, event.digest) == (active.version, active.digest)


def _is_same(event: Event, active: Active) -> bool:
    """The same content; of what cannot be read, the same name."""
    if active.digest is None or event.digest is None:
        return _names(event, active)
    return event.digest == active.digest
