"""Observe a target's tree: what it serves, what its log says, what is wrong with either."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from lensops.errors import Refused, Stale
from lensops.release import NOTHING_STATED, Draft, Entry, Record, Release, Statement, next_record
from lensops.targets import layout, reading
from lensops.targets.layout import Damaged
from lensops.targets.target import Log, Observed

if TYPE_CHECKING:
    from lensops.files import Tree


MAX_JUMP = 100_000_000  # numbers that may be missing before a record; more is no loss but a fake


def observe(tree: Tree) -> Observed:
    """The state of a tree; what is damaged becomes a problem, never an exception."""
    problems: list[str] = []
    numbers, strays = log_numbers(tree)
    entry = _last_entry(tree, numbers, problems)
    served: layout.Current | None = None
    try:
        served = layout.current(tree)
        if served is None and numbers:
            problems.append(f"{layout.CURRENT} is missing")
    except Damaged as error:
        problems.append(str(error))
    return Observed(
        served.release if served else None,
        entry.record if entry else None,
        numbers[-1] if numbers else 0,
        served is None or (served.intact and _is_claimed(served, entry)),
        (*problems, *_stray_problems(strays)),
        statement=entry.statement if entry else NOTHING_STATED,
    )


def read_log(tree: Tree) -> Log:
    """The entries that can be read, and where the log is damaged or broken."""
    entries: list[Entry] = []
    problems: list[str] = []
    numbers, strays = log_numbers(tree)
    objects = frozenset(tree.names(layout.OBJECTS))
    for number in numbers:
        try:
            record = layout.record_at(tree, number)
        except Damaged as error:
            problems.append(str(error))
            continue
        entries.append(Entry(record, _statement(tree, record, objects, problems)))
    records = [entry.record for entry in entries]
    problems += _gaps(numbers, records) + _breaks(records) + _missing_releases(records, objects)
    return Log(tuple(entries), (*problems, *_stray_problems(strays)))


def log_numbers(tree: Tree) -> tuple[list[int], list[int]]:
    """The numbers of the log, rising, and those of files that are no part of it.

    A record may be damaged and still count, or follow a gap and still count; one that is damaged
    and follows a gap, or jumps further than any loss, was put there by somebody else, and must
    not keep the log from going on.
    """
    numbers = layout.sequences(tree)
    strays: list[int] = []
    for run in reversed(_runs(numbers)):
        earlier = len(numbers) - len(run)
        jump = run[0] - (numbers[earlier - 1] if earlier else 0)
        if jump == 1 or (jump <= MAX_JUMP and any(_is_readable(tree, n) for n in run)):
            break
        strays = run + strays
        del numbers[earlier:]
    return numbers, strays


def next_in(tree: Tree, name: str, release: Release, draft: Draft, expected: Observed) -> Record:
    """The record that an apply adds to the tree of the target `name`.

    Raises `Stale` when the tree is no longer as it was observed, and `Refused` for a release that
    is too large.
    """
    layout.check_size(release)
    observed = observe(tree)
    if (observed.sequence, observed.digest) != (expected.sequence, expected.digest):
        raise stale(name, expected, observed)
    records = [entry.record for entry in read_log(tree).entries]
    sequence = max(expected.sequence, draft.after_sequence) + 1
    return next_record(release, draft, records, sequence, observed.digest)


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


def _last_entry(tree: Tree, numbers: list[int], problems: list[str]) -> Entry | None:
    if not numbers:
        return None
    try:
        record = layout.record_at(tree, numbers[-1])
    except Damaged as error:
        problems.append(str(error))
        return None
    objects = tree.names(layout.OBJECTS) if record.evidence else ()
    return Entry(record, _statement(tree, record, frozenset(objects), problems))


def _is_claimed(served: layout.Current, entry: Entry | None) -> bool:
    """Whether `current.json` has the number and commit of the record, where the record has it."""
    if entry is None or entry.record.release != served.release.digest:
        return True  # not settled, whatever it claims
    return (served.sequence, served.commit) == (entry.record.sequence, entry.record.commit)


def _statement(
    tree: Tree, record: Record, objects: frozenset[str], problems: list[str]
) -> Statement:
    try:
        return layout.statement_of(tree, record, objects)
    except Damaged as error:
        problems.append(str(error))
        return Statement(record.evidence)


def _runs(numbers: list[int]) -> list[list[int]]:
    """The numbers cut where one is missing."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _is_readable(tree: Tree, number: int) -> bool:
    try:
        layout.record_at(tree, number)
    except Damaged:
        return False
    return True


def _gaps(numbers: list[int], records: list[Record]) -> list[str]:
    begins_anew = {record.sequence for record in records if record.previous is None}
    problems = []
    for earlier, later in pairwise([0, *numbers]):
        if later == earlier + 1:
            continue
        first, last = earlier + 1, later - 1
        missing = f"record {first}" if first == last else f"records {first} to {last}"
        anew = f"; it begins anew with record {later}" if later in begins_anew else ""
        problems.append(f"the log has no {missing}{anew}")
    return problems


def _breaks(records: list[Record]) -> list[str]:
    return [
        f"record {later.sequence} does not follow record {earlier.sequence} as it is now"
        for earlier, later in pairwise(records)
        if later.sequence == earlier.sequence + 1 and later.previous != earlier.digest
    ]


def _missing_releases(records: list[Record], objects: frozenset[str]) -> list[str]:
    missing = [r for r in records if layout.object_path(r.release).split("/")[1] not in objects]
    return [f"the release of record {record.sequence} is missing" for record in missing]


def _stray_problems(strays: list[int]) -> list[str]:
    return [f"{layout.record_path(number)} is no part of the log" for number in strays]


MIN_AGE = 3_600  # seconds after which a file in a folder belongs to no apply that is under way


def unreferenced_objects(name: str, tree: Tree) -> tuple[str, ...]:
    """The paths of the objects that neither a record names nor `current.json` serves.

    Raises `Refused` where the log is damaged: nobody knows what the missing records name.
    """
    log = reading.read_log(tree)
    if log.problems:
        problem = f"{name}: {log.problems[0]}; what its records name is not known"
        raise Refused(problem, f"look at it with `lensops verify {name}`")
    digests = {entry.record.release for entry in log.entries}
    digests |= {entry.record.evidence for entry in log.entries if entry.record.evidence}
    served = reading.observe(tree).digest
    needed = {layout.object_path(digest) for digest in (*digests, *([served] if served else []))}
    paths = [f"{layout.OBJECTS}/{name}" for name in tree.names(layout.OBJECTS)]
    return tuple(path for path in paths if path not in needed and path.endswith(".json"))
