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
    problems += _gaps(numbers) + _breaks(records) + _missing_releases(tree, records)
    return records, problems


def next_in(tree: Tree, name: str, release: Release, draft: Draft, expected: Observed) -> Record:
    """The record that an apply adds to the tree of the target `name`.

    Raises `Stale` when the tree is no longer as it was observed.
    """
    observed = observe(tree)
    if (observed.sequence, observed.digest) != (expected.sequence, expected.digest):
        raise stale(name, expected, observed)
    return next_record(release, draft, log(tree)[0], expected.sequence + 1, observed.digest)


def stale(name: str, expected: Observed, observed: Observed | None = None) -> Stale:
    """The error of an apply that another one, or a hand, was faster than."""
    if observed is not None and observed.sequence == expected.sequence:
        cause = "its content was changed meanwhile"
    else:
        last = f"record {observed.sequence}" if observed else "a later one"
        cause = f"its log moved from record {expected.sequence} to {last}"
    return Stale(
        f"{name} is not as it was planned: {cause}", "nothing was changed; plan again and review it"
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
        f"the log has no record {earlier + 1}"
        for earlier, later in pairwise([0, *numbers])
        if later != earlier + 1
    ]


def _breaks(records: list[Record]) -> list[str]:
    return [
        f"record {later.sequence} does not follow record {earlier.sequence} as it is now"
        for earlier, later in pairwise(records)
        if later.sequence == earlier.sequence + 1 and later.previous != earlier.digest
    ]


def _missing_releases(tree: Tree, records: list[Record]) -> list[str]:
    objects = set(tree.names(layout.OBJECTS))
    missing = [r for r in records if layout.object_path(r.release).split("/")[1] not in objects]
    return [f"the release of record {record.sequence} is missing" for record in missing]
