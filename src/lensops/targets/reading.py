"""Observe a target's tree: what it serves, what its log says, what is wrong with either."""

from __future__ import annotations

from itertools import pairwise

from lensops.errors import Stale
from lensops.files import Tree
from lensops.release import Draft, Record, Release, next_record
from lensops.targets import layout
from lensops.targets.layout import Damaged
from lensops.targets.target import Observed


def observe(tree: Tree) -> Observed:
    """The state of a tree; what is damaged becomes a problem, never an exception."""
    problems: list[str] = []
    numbers = layout.sequences(tree)
    record = _last(tree, numbers, problems)
    served: layout.Current | None = None
    try:
        served = layout.current(tree)
        if served is None and numbers:
            problems.append(f"{layout.CURRENT} is missing")
    except Damaged as error:
        problems.append(str(error))
    return Observed(
        served.release if served else None,
        record,
        numbers[-1] if numbers else 0,
        served.intact if served else True,
        tuple(problems),
    )


def log(tree: Tree) -> tuple[list[Record], list[str]]:
    """The records that can be read, oldest first, and where the log is damaged or broken."""
    records: list[Record] = []
    problems: list[str] = []
    numbers = layout.sequences(tree)
    for number in numbers:
        try:
            records.append(layout.record_at(tree, number))
        except Damaged as error:
            problems.append(str(error))
    problems += _gaps(numbers) + _breaks(records) + _lost(tree, records)
    return records, problems


def next_in(tree: Tree, name: str, release: Release, draft: Draft, expected: Observed) -> Record:
    """The record that an apply adds to the tree of the target `name`.

    Raises `Stale` when the tree is no longer as it was observed.
    """
    seen = observe(tree)
    if (seen.sequence, seen.digest) != (expected.sequence, expected.digest):
        raise moved(name, expected, seen)
    return next_record(release, draft, log(tree)[0], expected.sequence + 1, seen.digest)


def moved(name: str, expected: Observed, seen: Observed | None = None) -> Stale:
    """The error of an apply that another one, or a hand, was faster than."""
    if seen is not None and seen.sequence == expected.sequence:
        words = "its content was changed meanwhile"
    else:
        now = f"record {seen.sequence}" if seen else "a later one"
        words = f"its log moved from record {expected.sequence} to {now}"
    return Stale(
        f"{name} is not as it was planned: {words}", "nothing was changed; plan again and look"
    )


def _last(tree: Tree, numbers: list[int], problems: list[str]) -> Record | None:
    if not numbers:
        return None
    try:
        return layout.record_at(tree, numbers[-1])
    except Damaged as error:
        problems.append(str(error))
        return None


def _gaps(numbers: list[int]) -> list[str]:
    return [
        f"the log has no record {before + 1}"
        for before, after in pairwise([0, *numbers])
        if after != before + 1
    ]


def _breaks(records: list[Record]) -> list[str]:
    return [
        f"record {after.sequence} does not follow record {before.sequence} as it is now"
        for before, after in pairwise(records)
        if after.sequence == before.sequence + 1 and after.previous != before.digest
    ]


def _lost(tree: Tree, records: list[Record]) -> list[str]:
    kept = set(tree.names(layout.OBJECTS))
    missing = [r for r in records if layout.object_path(r.release).split("/")[1] not in kept]
    return [f"the release of record {record.sequence} is missing" for record in missing]
