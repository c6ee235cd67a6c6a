"""Recordings: outputs and judge replies of a version, found by key in append-only JSONL files."""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from pydantic import ValidationError

from lensops.errors import Invalid, Location, Problem
from lensops.evals.jsonl import RowFile, cap_problems, order_of, problems_of
from lensops.evals.lines import NoFile
from lensops.evals.protocols import AnswerRequest, GradeRequest
from lensops.evals.recorded import (
    GradeRow,
    OutputRow,
    check_row,
    contradicts,
    last_grade,
    output_of_case,
)
from lensops.evals.result import Contradiction
from lensops.evals.shards import clash, lost_shards
from lensops.files import Snapshot, Tree
from lensops.json_text import MAX_DEPTH

_KEY = len("sha256:")
WITHIN = 10  # levels of a row around what cases and outputs hold


class RecordingFile:
    """Where each row of a file lies, by the key of its request; one reading checks them all.

    A torn last line is left out with a note. Raises `Invalid` for any other faulty line.
    """

    def __init__(self, tree: Tree, path: str) -> None:
        self.path = path
        self.notes: list[str] = []
        self.shards: set[str] = set()  # the labels of those that recorded the rows
        self._rows = RowFile(tree, path, MAX_DEPTH + WITHIN)
        self._held: list[OutputRow | GradeRow] = []
        self._keys, self._numbers = array("Q"), array("I")
        problems = list(self._read_all())
        if problems and self._rows.torn_line == problems[-1].location.line:
            problems.pop()
            self.notes.append(f"{path}: the last line is cut short and was left out")
        if problems:
            raise Invalid(cap_problems(problems, path))
        self._sort()
        if clashes := list(self._clashes()):
            raise Invalid(cap_problems(clashes, path))

    def __iter__(self) -> Iterator[OutputRow | GradeRow]:
        """Every row, in the order of the file."""
        yield from (self._row(number) for number in range(len(self._rows)))

    def rows(self, key: str) -> list[OutputRow | GradeRow]:
        """The rows of a request, in the order of the file."""
        short, rows = _short(key), []
        first = bisect.bisect_left(self._keys, short)
        while first < len(self._keys) and self._keys[first] == short:
            row = self._row(self._numbers[first])
            if row.key == key:
                rows.append(row)
            first += 1
        return rows

    def requests(self, case_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """(kind, request parts) of each row of a case: what was asked when it was recorded."""
        for number in range(len(self._rows)):
            value = self._rows.row_at(number).value
            if value.get("case") == case_id and isinstance(value.get("request"), dict):
                yield str(value.get("kind")), value["request"]

    def location(self, row: OutputRow | GradeRow) -> Location:
        """Where a row stands."""
        short = _short(row.key)
        first = bisect.bisect_left(self._keys, short)
        while self._row(self._numbers[first]) != row:
            first += 1
        return self._rows.row_at(self._numbers[first]).location()

    def _read_all(self) -> Iterator[Problem]:
        for row in self._rows.rows():
            if isinstance(row, Problem):
                yield row
                continue
            try:
                read = check_row(row.value)
            except ValidationError as error:
                yield from problems_of(error, row, GradeRow)
            except ValueError as error:
                yield row.problem(str(error), "kind")
            else:
                self._keys.append(_short(read.key))
                if read.shard:
                    self.shards.add(read.shard)
                self._numbers.append(self._rows.index(row))
                if self._rows.is_held:
                    self._held.append(read)

    def _clashes(self) -> Iterator[Problem]:
        """Where shards that were recorded twice answer one request in two ways."""
        if not self.shards:
            return
        for _, places in groupby(range(len(self._keys)), key=self._keys.__getitem__):
            numbers = [self._numbers[place] for place in places]
            if len(numbers) > 1 and (row := clash([self._row(number) for number in numbers])):
                message = f"{row.case}: another row of this request answers otherwise"
                hint = "a shard was recorded twice; keep one of the two recordings"
                yield Problem(self.location(row), message, hint)

    def _row(self, number: int) -> OutputRow | GradeRow:
        if self._rows.is_held:
            return self._held[number]
        return check_row(self._rows.row_at(number).value)

    def _sort(self) -> None:
        """Order by key, rows of one key as they stand in the file."""
        order = order_of(self._keys)
        self._keys = array("Q", (self._keys[place] for place in order))
        self._numbers = array("I", (self._numbers[place] for place in order))


@dataclass(slots=True)
class Recordings:
    """What is recorded of a version, in several files where the first that has a row counts.

    Replies that came since are held in memory, before all files. `at_base` are files of the base
    of a branch: rows of others that contradict theirs are found by `contradiction`.
    """

    files: tuple[RecordingFile, ...] = ()
    at_base: tuple[RecordingFile, ...] = ()
    _new: dict[str, list[OutputRow | GradeRow]] = field(default_factory=dict)

    @property
    def lost_shards(self) -> list[str]:
        """The shards of which no row is here, where rows of others are: such as `2/8`."""
        return lost_shards({label for file in self.files for label in file.shards})

    @property
    def notes(self) -> list[str]:
        """What is to be noted of the files."""
        return [note for file in self.files for note in file.notes]

    def output(self, request: AnswerRequest) -> OutputRow | None:
        """The recorded output: the case's own, or another case's that was asked the same.

        Of several rows of a case the last counts; None where that is a generation that failed.
        """
        row = self.last_output(request)
        return row if row is not None and row.output is not None else None

    def has_failed(self, request: AnswerRequest) -> bool:
        """Whether it is recorded that there is no output."""
        row = self.last_output(request)
        return row is not None and row.output is None

    def last_output(self, request: AnswerRequest) -> OutputRow | None:
        """What is recorded last, be it that there is no output."""
        for rows in self._rows(request.digest):
            if row := output_of_case(rows, request.case_id):
                return row
        return None

    def grade(self, request: GradeRequest, by: str | None = None) -> GradeRow | None:
        """The recorded vote, or None; of several the last counts, rather one `by` that model."""
        last = None
        for rows in self._rows(request.digest):
            if row := last_grade(rows, by):
                return row
            last = last or last_grade(rows)
        return last

    def add(self, row: OutputRow | GradeRow) -> None:
        """Take a new row in."""
        self._new.setdefault(row.key, []).append(row)

    def is_new(self, request: GradeRequest) -> bool:
        """Whether the reply came since the files were read."""
        return request.digest in self._new

    def in_order(self, files: tuple[RecordingFile, ...]) -> Recordings:
        """The same with the files in another order; new replies are shared."""
        return Recordings(files, self.at_base, self._new)

    def contradiction(self, request: AnswerRequest | GradeRequest) -> Contradiction | None:
        """A row of the branch that differs from the base's row of the same request, or None.

        Votes of another model, such as of another snapshot of the judge, contradict nothing.
        """
        base = [row for file in self.at_base for row in file.rows(request.digest)]
        if not base:
            return None
        for file in self.files:
            if file in self.at_base:
                continue
            for row in file.rows(request.digest):
                if contradicts(row, base):
                    return Contradiction(request.case_id, row.kind, file.location(row))
        return None

    def _rows(self, key: str) -> Iterator[list[OutputRow | GradeRow]]:
        """The rows of a request, file by file."""
        if key in self._new:
            yield self._new[key]
        for file in self.files:
            yield file.rows(key)


def read_recordings(tree: Tree, path: str) -> Recordings:
    """The recordings in a file, read once a snapshot; none when there is no file.

    Raises `Invalid` for faulty lines.
    """
    return Recordings(tuple(recording_files(tree, path)))


def recording_files(tree: Tree, *paths: str) -> Iterator[RecordingFile]:
    """The files of these names that there are. Raises as `read_recordings` does."""
    for path in paths:
        try:
            if isinstance(tree, Snapshot):
                yield tree.derive(path, RecordingFile)
            else:
                yield RecordingFile(tree, path)
        except NoFile:
            continue


def _short(key: str) -> int:
    """The first 64 bits of a key `sha256:<hex>`."""
    return int(key[_KEY : _KEY + 16], 16)
