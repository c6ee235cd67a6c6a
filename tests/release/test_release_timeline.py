"""What was live at a time: equal to brute force, with clocks that disagree and records missing."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.release import Entry, Kind, Record
from lensops.release.timeline import Timeline, parse_time

START = datetime(2026, 1, 1, tzinfo=UTC)


def entry(sequence: int, time: str) -> Entry:
    return Entry(Record(sequence, Kind.APPLY, f"sha256:{sequence}", {}, "Ada", time))


def minute(number: int) -> str:
    return (START + timedelta(minutes=number)).isoformat().replace("+00:00", "Z")


def brute_force(entries: list[Entry], time: datetime) -> Entry | None:
    """Of those that claim to be written by then, the one with the highest number."""
    live = None
    for one in entries:
        claimed = parse_time(one.record.time)
        if claimed is not None and claimed <= time:
            live = one
    return live


@pytest.mark.slow
def test_10_000_times_over_1_000_records() -> None:
    chance = random.Random(14)
    minutes = sorted(chance.sample(range(100_000), 1_000))
    skewed = [m + chance.choice([0, 0, 0, -30, 45]) for m in minutes]
    entries = [entry(n + 1, minute(m)) for n, m in enumerate(skewed) if chance.random() > 0.02]
    timeline = Timeline(entries)

    for _ in range(10_000):
        time = START + timedelta(minutes=chance.uniform(-100, 100_100))
        assert timeline.at(time).entry is brute_force(entries, time)


@given(st.lists(st.integers(0, 12), max_size=8), st.integers(-1, 13))
def test_small_logs_with_any_clocks(minutes: list[int], moment: int) -> None:
    entries = [entry(n + 1, minute(m)) for n, m in enumerate(minutes)]
    time = START + timedelta(minutes=moment)

    assert Timeline(entries).at(time).entry is brute_force(entries, time)


def at(entries: list[Entry], number: int) -> tuple[int | None, tuple[str, ...]]:
    moment = Timeline(entries).at(START + timedelta(minutes=number))
    return (moment.entry.record.sequence if moment.entry else None), moment.notes


def test_before_the_first_record_there_is_nothing() -> None:
    assert at([entry(1, minute(5))], 4) == (None, ())
    assert at([], 4) == (None, ())


def test_a_record_is_live_from_its_own_second_on() -> None:
    entries = [entry(1, minute(5)), entry(2, minute(7))]
    assert [at(entries, m) for m in (5, 6, 7)] == [(1, ()), (1, ()), (2, ())]


def test_a_clock_that_ran_ahead_is_noted_until_its_time() -> None:
    entries = [entry(1, minute(1)), entry(2, minute(9)), entry(3, minute(5))]

    assert at(entries, 3) == (1, ())
    sequence, notes = at(entries, 6)
    assert sequence == 3
    assert "clocks disagree: record 2 claims 2026-01-01T00:09:00Z" in notes[0]
    assert "record 3, which came after it, 2026-01-01T00:05:00Z" in notes[0]
    assert at(entries, 9) == (3, ())


@pytest.mark.parametrize(
    ("missing", "message"),
    [({2}, "record 2 is missing"), ({2, 3}, "records 2 to 3 are missing")],
)
def test_missing_records_are_noted_where_they_may_have_been_live(
    missing: set[int], message: str
) -> None:
    entries = [entry(n, minute(n)) for n in range(1, 6) if n not in missing]

    sequence, notes = at(entries, max(missing))
    assert sequence == 1
    assert message in notes[0]
    assert at(entries, 5) == (5, ())


def test_missing_first_records_are_noted() -> None:
    sequence, notes = at([entry(3, minute(3))], 1)
    assert sequence is None
    assert "records 1 to 2 are missing" in notes[0]


def test_a_time_that_cannot_be_read_is_named() -> None:
    entries = [entry(1, minute(1)), entry(2, "yesterday"), entry(3, minute(3))]
    assert [one.record.sequence for one in Timeline(entries).without_time] == [2]
    assert at(entries, 2)[0] == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01T02:00:00Z", "2026-01-01T02:00:00+00:00"),
        ("2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00+00:00"),
        ("2026-01-01 02:00", "2026-01-01T02:00:00+00:00"),
        ("2026-01-01", "2026-01-01T00:00:00+00:00"),
        ("0001-01-01T00:00:00+14:00", None),
        ("now", None),
        ("", None),
    ],
)
def test_times(text: str, expected: str | None) -> None:
    time = parse_time(text)
    assert (time.isoformat() if time else None) == expected
