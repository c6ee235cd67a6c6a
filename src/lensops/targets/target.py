"""What a target is to its callers: a location that is observed, and written once at a time."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple, Protocol

from lensops.release import NOTHING_STATED

if TYPE_CHECKING:
    from lensops.plan import TargetPlan
    from lensops.release import Draft, Entry, Record, Release, Statement


class Observed(NamedTuple):
    """What a target serves now, and what its log says was applied last.

    `sequence` is the number of the last record, 0 for an empty log; `record` is None when there is
    none or it cannot be read, `statement` is what was stated beside it. `problems` say what is
    damaged, `notes` what was repaired.
    """

    release: Release | None = None
    record: Record | None = None
    sequence: int = 0
    intact: bool = True
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    statement: Statement = NOTHING_STATED

    @property
    def digest(self) -> str | None:
        """The digest of what is served."""
        return self.release.digest if self.release else None

    @property
    def is_settled(self) -> bool:
        """Whether what is served is what the log says, letter by letter."""
        applied = self.record.release if self.record else None
        return self.intact and self.digest == applied


class Log(NamedTuple):
    """The entries of a log that can be read, oldest first, and what is wrong with the others."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def records(self) -> tuple[Record, ...]:
        """The records of the entries."""
        return tuple(entry.record for entry in self.entries)


class Target(Protocol):
    """A location that a running application reads from."""

    @property
    def name(self) -> str:
        """The name in the manifest."""

    @property
    def where(self) -> str:
        """The location in words, such as `directory .lensops/live/staging`."""

    @property
    def needs_commit(self) -> bool:
        """Whether it takes only releases that a commit holds."""

    def observe(self) -> Observed:
        """What it serves. An apply that was cut off is completed first.

        Raises `RemoteFailed` when it cannot be reached.
        """

    def log(self) -> Log:
        """What was applied. Raises `RemoteFailed` when it cannot be reached."""

    def cached_log(self) -> Log:
        """The log as this clone read it last, without a network; empty where it never did."""

    def release(self, digest: str) -> Release:
        """A release that was applied. Raises `RemoteFailed` when it is missing or damaged."""

    def garbage_paths(self) -> tuple[str, ...]:
        """The paths of objects that no record names. Raises `Refused` where the log is damaged."""

    def remove(self, paths: Collection[str]) -> tuple[str, ...]:
        """Remove those objects that still no record names, and name them.

        Raises `RemoteFailed`, and `Refused` where the log is damaged.
        """

    def write(self, release: Release, draft: Draft, expected: Observed) -> Record:
        """Make a release live, as the record after `expected`.

        Raises `Stale` when the target is no longer as `expected` says, and `RemoteFailed` when it
        cannot be written; then it serves what it served before.
        """


class Receipt(NamedTuple):
    """What an apply did at one target; `entry` is None when there was nothing to do."""

    plan: TargetPlan
    where: str
    entry: Entry | None = None

    @property
    def record(self) -> Record | None:
        """The record that was written."""
        return self.entry.record if self.entry else None
