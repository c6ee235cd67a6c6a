"""What a branch changes of the inputs of the gate: cases, schemas, recordings, data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lensops.format import format_score, plural
from lensops.gate.policy import Keys

Digests = Mapping[str, str | None]  # by path; None where a side does not hold the file
Scores = Mapping[str, float | None]  # of the branch's version, by case id
NAMED = 3  # cases that a message names


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What counts of a case: a digest over all of it, and whether it must pass."""

    digest: str
    must_pass: bool = False


@dataclass(frozen=True, slots=True)
class RecordedRow:
    """A row of a recordings file: its kind, its case, a digest over all of it, and its request."""

    kind: str
    case: str
    digest: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class SuiteInputs:
    """What an eval reads at one side.

    `recordings` holds the rows of each file in their order, of which the last of one key counts; it
    may leave out files that are alike on both sides.
    """

    cases: Mapping[str, CaseFacts] = field(default_factory=dict)
    schemas: Digests = field(default_factory=dict)
    recordings: Mapping[str, tuple[RecordedRow, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MonitorInputs:
    """The files that the windows of a drift monitor read at one side."""

    baseline: Digests = field(default_factory=dict)
    current: Digests = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InputChange:
    """Something that counts, under the keys of the manifest that name the input."""

    keys: Keys
    message: str
    is_known: bool = True  # False: whether it changed cannot be known


def suite_input_changes(
    name: str,
    base: SuiteInputs,
    head: SuiteInputs,
    scores: Scores | None = None,
    mean_on_base_cases: Callable[[], float | None] = lambda: None,
) -> Iterator[InputChange]:
    """What differs in the inputs of an eval.

    `scores` are those of this run; `mean_on_base_cases` gives the mean with the cases of the base.
    Let be: rows recorded for versions or cases that the base has no row for. New versions and cases
    need them, and a new case counts by itself.
    """
    keys = ("evals", name)
    yield from _case_changes(
        (*keys, "cases"), base.cases, head.cases, scores or {}, mean_on_base_cases
    )
    for path in sorted(base.schemas.keys() & head.schemas.keys()):
        if base.schemas[path] != head.schemas[path]:
            yield InputChange((*keys, "checks"), f"{path} changed")
    for path, rows in sorted(base.recordings.items()):
        recorded = head.recordings.get(path, ())
        yield from _recording_changes((*keys, "recordings"), path, rows, recorded)


def monitor_input_changes(
    name: str, base: MonitorInputs, head: MonitorInputs
) -> Iterator[InputChange]:
    """What differs in the data of a drift monitor.

    Let be: new rows of a current window, which is why there is a monitor.
    """
    keys = ("drift", name, "baseline")
    for path in sorted(base.baseline.keys() | head.baseline.keys()):
        old, new = base.baseline.get(path), head.baseline.get(path)
        if old is None and path in base.baseline:
            message = f"{path} is not in git at the base: whether it changed is not known"
            yield InputChange(keys, message, is_known=False)
        elif old != new:
            yield InputChange(keys, f"{path} changed")
    if _is_own_baseline(head) and not _is_own_baseline(base):
        message = "the current window holds the same bytes as the baseline"
        yield InputChange(("drift", name, "current"), message)


def _is_own_baseline(inputs: MonitorInputs) -> bool:
    """Whether the windows are different files with one content."""
    contents = {digest for digest in inputs.current.values() if digest}
    return (
        contents == {*inputs.baseline.values()} and inputs.current.keys() != inputs.baseline.keys()
    )


def _case_changes(
    keys: Keys,
    base: Mapping[str, CaseFacts],
    head: Mapping[str, CaseFacts],
    scores: Scores,
    mean_on_base_cases: Callable[[], float | None],
) -> Iterator[InputChange]:
    removed = [case for case in base if case not in head]
    added = [case for case in head if case not in base]
    shared = [case for case in base if case in head]
    freed = [case for case in shared if base[case].must_pass and not head[case].must_pass]
    edited = [case for case in shared if base[case].digest != head[case].digest]
    if removed:
        message = f"{_list_cases(removed)} removed, {len(base)} → {len(head)} cases"
        yield InputChange(keys, message + _moved_mean(mean_on_base_cases(), _mean(scores)))
    if added and base:
        yield InputChange(keys, f"{_list_cases(added)} added{_mean_without(added, scores)}")
    if freed:
        yield InputChange(keys, f"{_list_cases(freed)} no longer must pass")
    if changed := [case for case in edited if case not in freed]:
        yield InputChange(keys, f"{_list_cases(changed)} changed")


def _mean_without(added: Iterable[str], scores: Scores) -> str:
    """How the mean moves by cases that were added; nothing where they have no score."""
    new = {*added}
    if all(scores.get(case) is None for case in new):
        return ""
    remaining = {case: score for case, score in scores.items() if case not in new}
    return _moved_mean(_mean(remaining), _mean(scores))


def _moved_mean(old: float | None, new: float | None) -> str:
    if old is None or new is None:
        return ""
    return f": that moves the mean from {format_score(old)} to {format_score(new)}"


def _mean(scores: Scores) -> float | None:
    present = [score for score in scores.values() if score is not None]
    return math.fsum(present) / len(present) if present else None


def _recording_changes(
    keys: Keys, path: str, base: tuple[RecordedRow, ...], head: tuple[RecordedRow, ...]
) -> Iterator[InputChange]:
    recorded, old = {(row.kind, row.case) for row in base}, {*base}
    gone = {row.case for row in old.difference(head)}
    new = [row for row in head if row not in old and (row.kind, row.case) in recorded]
    again = {row.case for row in new} - gone
    if gone:
        message = f"{path}: recorded rows of {_list_cases(sorted(gone))} changed or removed"
        yield InputChange(keys, message)
    if again:
        message = f"{path}: rows added for {_list_cases(sorted(again))} that had been recorded"
        yield InputChange(keys, message)
    if not gone and _counting_rows(row for row in head if row in old) != _counting_rows(base):
        yield InputChange(keys, f"{path}: rows that had been replaced count again")


def _counting_rows(rows: Iterable[RecordedRow]) -> dict[tuple[str, str, str], RecordedRow]:
    """The last row of each request."""
    return {(row.kind, row.case, row.key): row for row in rows}


def _list_cases(cases: list[str]) -> str:
    """`3 cases (a, b, c)`; of many, the first three by name."""
    names = ", ".join(cases[:NAMED]) + (", …" if len(cases) > NAMED else "")
    return f"{plural(len(cases), 'case')} ({names})"
