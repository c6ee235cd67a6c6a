"""Events: what commits did to the active versions, by content; versions with their last event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """What an event did to a prompt."""

    ACTIVATE = "activate"  # content that was not active before
    ROLLBACK = "rollback"  # content from before the one it replaces
    REAPPLY = "re-apply"  # content that was rolled back from, or removed
    REMOVE = "remove"
    UNKNOWN = "unknown"  # the history is cut here: when and by whom is not known


class Event(NamedTuple):
    """A change of a prompt's active version, by name or by content.

    `digest` is None when the version has no content that can be read (broken, missing, filtered);
    `path` is where its file is in the repository at that commit.
    `date` is ISO 8601 in UTC, of the commit.
    """

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
    path: str | None = None


class Skipped(NamedTuple):
    """A commit that is no event: a broken manifest, or one without effective change."""

    commit: str
    author: str
    date: str
    subject: str
    reason: str


class History(NamedTuple):
    """Events newest first. `cut_at` is the commit where a shallow clone ends.

    `lines` holds, by prompt, the activations that led to what is active, oldest first, without
    those that were rolled back: the last one made it active, the one before is what a rollback
    restores.
    """

    complete: bool
    cut_at: str | None
    events: tuple[Event, ...]
    skipped: tuple[Skipped, ...] = ()
    lines: Mapping[str, tuple[Event, ...]] = MappingProxyType({})


def format_time(time: int | None) -> str:
    """Seconds since 1970 as ISO 8601 in UTC, or `unknown`."""
    if time is None:
        return "unknown"
    try:
        return (_EPOCH + timedelta(seconds=time)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:  # a clock of another age
        return "unknown"


class Version(NamedTuple):
    """A version that has a file. `event` is its last activation, None when it never was active.

    `problem` says why a file is not readable as a prompt; then there is no digest.
    """

    name: str
    digest: str | None
    is_active: bool
    event: Event | None
    problem: str | None = None


class Family(NamedTuple):
    """A prompt of the manifest with its versions in natural order."""

    name: str
    active: str
    versions: tuple[Version, ...]


class Listing(NamedTuple):
    """Every prompt's versions; `note` says when git could not tell of their activations.

    `branch` is the branch that is read when it is not the one that is checked out.
    """

    families: tuple[Family, ...]
    note: str | None
    branch: str | None = None
