"""The times of a log: what was live at a moment, and what makes the answer uncertain.

The order of records is that of their numbers, which no clock can change; their times are what the
writers' clocks said. At a moment that record is taken to be live which has the highest number of
those that were written by then. Where clocks disagree, or a record is missing, that is noted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from lensops.release.record import Entry


@dataclass(frozen=True, slots=True)
class Moment:
    """What was live at a time; `entry` is None before the first record."""

    time: datetime
    entry: Entry | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timeline:
    """The entries of one log, oldest first."""

    entries: Sequence[Entry]

    def at(self, time: datetime) -> Moment:
        """What was live at a time, which has a zone."""
        index = bisect_right(self._starts, time) - 1
        entry = self._dated_entries[index][1] if index >= 0 else None
        return Moment(time, entry, (*self._clock_notes(time, index), *self._gap_notes(index)))

    @property
    def without_time(self) -> tuple[Entry, ...]:
        """The entries whose time cannot be read; they cannot be placed in time."""
        return tuple(entry for entry in self.entries if parse_time(entry.record.time) is None)

    @cached_property
    def _dated_entries(self) -> list[tuple[datetime, Entry]]:
        times = [(parse_time(entry.record.time), entry) for entry in self.entries]
        return [(time, entry) for time, entry in times if time is not None]

    @cached_property
    def _starts(self) -> list[datetime]:
        """From when on an entry, or a later one, is live: the earliest time from it to the end."""
        starts: list[datetime] = []
        for time, _ in reversed(self._dated_entries):
            starts.append(min(time, starts[-1]) if starts else time)
        return starts[::-1]

    @cached_property
    def _latest(self) -> list[tuple[datetime, Entry]]:
        """The latest time that any entry up to this one has, and which."""
        latest: list[tuple[datetime, Entry]] = []
        for dated in self._dated_entries:
            latest.append(max(latest[-1], dated, key=_time) if latest else dated)
        return latest

    def _clock_notes(self, time: datetime, index: int) -> list[str]:
        """An earlier record that claims a later time than the moment: its clock ran ahead."""
        if index < 1 or self._latest[index][0] <= time:
            return []
        claimed, earlier = self._latest[index]
        later = self._dated_entries[index][1].record
        return [
            f"clocks disagree: record {earlier.record.sequence} claims {_format(claimed)}, and "
            f"record {later.sequence}, which came after it, {later.time}; "
            f"until then either, or what was live before, may have been served"
        ]

    def _gap_notes(self, index: int) -> list[str]:
        """Records that are missing between the one that is taken and the next."""
        first = self._dated_entries[index][1].record.sequence + 1 if index >= 0 else 1
        if index + 1 >= len(self._dated_entries):
            return []
        last = self._dated_entries[index + 1][1].record.sequence - 1
        if last < first:
            return []
        missing = f"record {first} is" if first == last else f"records {first} to {last} are"
        return [f"{missing} missing or cannot be read: what it served may have been live"]


def parse_time(text: str) -> datetime | None:
    """An ISO 8601 time; without a zone it is UTC. None when it is none."""
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    try:
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _format(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def _time(dated: tuple[datetime, Entry]) -> datetime:
    return dated[0]
