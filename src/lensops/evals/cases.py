"""Cases: what an eval scores, read once from JSON lines, every problem with its place."""

from __future__ import annotations

import bisect
import hashlib
from array import array
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lensops.errors import Invalid, Location, Problem, UserError
from lensops.evals.checks import check_fault
from lensops.evals.jsonl import Row, RowFile, cap_problems, count_distinct, problems_of
from lensops.files import Snapshot, Tree
from lensops.manifest import suggestion
from lensops.manifest.entries import fits_type
from lensops.manifest.suite import Check
from lensops.prompts import digest


class Case(NamedTuple):
    """One row that an eval scores. Cases of one `group` are not independent of each other."""

    id: str
    inputs: Mapping[str, Any]
    references: tuple[str, ...] = ()
    group: str | None = None
    must_pass: bool = False
    checks: tuple[Check, ...] = ()

    @property
    def cluster(self) -> str:
        """The unit that statistics count: the group, or the case itself."""
        return f"group {self.group}" if self.group is not None else f"case {self.id}"


@dataclass(frozen=True, slots=True)
class Needs:
    """What the cases of a suite must bring: inputs for these variables, references for metrics."""

    variables: Collection[str] = ()
    metrics: tuple[str, ...] = ()  # those that read a reference
    types: Mapping[str, str] = field(default_factory=dict)  # of variables that declare one

    @property
    def reference(self) -> bool:
        """Whether each case must have one."""
        return bool(self.metrics)


class CaseRow(BaseModel):
    """A line of the file, as it must be."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: str = Field(min_length=1, max_length=500)
    inputs: dict[str, Any] = {}
    reference: str | None = None
    references: tuple[str, ...] | None = Field(None, strict=False)
    group: str | None = None
    must_pass: bool = False
    checks: tuple[Check, ...] = Field((), strict=False)


class CaseFile:
    """The cases of a file, each checked in one reading; those of a large file are read by place."""

    def __init__(self, tree: Tree, path: str) -> None:
        self.path = path
        self.schemas: set[str] = set()  # paths of the JSON Schemas that checks of cases name
        self.problems: list[Problem] = []
        self._inputs: frozenset[str] | None = None
        self._bare = 0  # cases without a reference
        self._rows = RowFile(tree, path)
        self._held: list[Case] = []
        self._ids = array("q")  # hashes, to find what is there twice
        hashed = hashlib.sha256()
        for row in self._rows.rows():
            if (case := self._take(row)) is not None:
                hashed.update(case_digest(case).encode())
        self.digest = f"sha256:{hashed.hexdigest()}"  # of what the cases hold, in their order
        self.problems += self._doubles()
        self.problems.sort(key=lambda problem: problem.location.line or 0)
        if not len(self._rows) and not self.problems:
            hint = 'one case a line: {"id": "c1", "inputs": {}, "reference": "…"}'
            self.problems.append(Problem(Location(path), "the file has no cases", hint))

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def inputs(self) -> frozenset[str]:
        """The names of the inputs that every case has."""
        return self._inputs or frozenset()

    def __iter__(self) -> Iterator[Case]:
        if self._rows.is_held:
            yield from self._held
            return
        for number in range(len(self._rows)):
            yield _case(CaseRow.model_validate(self._rows.row_at(number).value))

    def __contains__(self, case_id: object) -> bool:
        ids = self._sorted_ids
        place = bisect.bisect_left(ids, hash(case_id))
        return place < len(ids) and ids[place] == hash(case_id)

    @cached_property
    def _sorted_ids(self) -> array[int]:
        return array("q", sorted(self._ids))

    def lacks(self, needs: Needs) -> Iterator[Problem]:
        """What the cases do not bring that a suite needs of them."""
        lacking = set(needs.variables) - self.inputs  # in some of the cases
        if not (lacking or needs.types or (needs.reference and self._bare)):
            return
        for number, case in enumerate(self):
            if needs.reference and not case.references:
                hint = f"give one, or leave {', '.join(needs.metrics)} out of the weights"
                message = f"case {case.id!r} has no reference"
                yield self._rows.row_at(number).problem(message, "reference", hint)
            for name in sorted(lacking - case.inputs.keys()):
                message = f"{name!r} is missing, which the prompt uses"
                near = suggestion(name, case.inputs)
                yield self._rows.row_at(number).problem(message, "inputs", near)
            for name, kind in needs.types.items():
                if name in case.inputs and not fits_type(kind, case.inputs[name]):
                    message = f"{name!r} must be of type {kind}"
                    yield self._rows.row_at(number).problem(message, "inputs")

    def _take(self, row: Row | Problem) -> Case | None:
        if isinstance(row, Problem):
            self.problems.append(row)
            return None
        try:
            read = CaseRow.model_validate(row.value)
        except ValidationError as error:
            self.problems += problems_of(error, row, CaseRow)
            return None
        if faults := _faults(read, row):
            self.problems += faults
            return None
        case = _case(read)
        if self._inputs is None:
            self._inputs = frozenset(case.inputs)
        elif not self._inputs <= case.inputs.keys():
            self._inputs &= case.inputs.keys()
        self._rows.index(row)
        self._ids.append(hash(case.id))
        self._bare += not case.references
        self.schemas.update(c.argument for c in case.checks if c.kind == "json_schema")
        if self._rows.is_held:
            self._held.append(case)
        return case

    def _doubles(self) -> Iterator[Problem]:
        """Ids that a line before has already."""
        if count_distinct(self._ids) == len(self._ids):
            return
        lines: dict[str, int] = {}
        for number in range(len(self._rows)):
            row = self._rows.row_at(number)
            first = lines.setdefault(row.value["id"], row.line)
            if first != row.line:
                message = f"{row.value['id']!r} is the id of line {first} already"
                yield row.problem(message, "id")


def load_cases(tree: Tree, path: str, needs: Needs | None = None) -> CaseFile:
    """The cases of a file. Raises `Invalid` with all problems, the first hundred spelled out."""
    cases, problems = read_cases(tree, path, needs)
    if problems:
        raise Invalid(problems)
    return cases


def read_cases(
    tree: Tree, path: str, needs: Needs | None = None
) -> tuple[CaseFile, tuple[Problem, ...]]:
    """The cases that could be read and the problems of the others; read once a snapshot.

    Raises `Invalid` when there is no such file, or none that can be read.
    """
    try:
        cases = tree.derive(path, CaseFile) if isinstance(tree, Snapshot) else CaseFile(tree, path)
    except UserError as error:
        raise Invalid((Problem(Location(path), error.message, error.hint),)) from None
    problems = [*cases.problems, *(cases.lacks(needs) if needs else ())]
    problems.sort(key=lambda problem: problem.location.line or 0)
    return cases, cap_problems(problems, path)


def case_digest(case: Case) -> str:
    """Over what a case holds; not over the layout of its line."""
    return digest("case", _content(case))


def _faults(case: CaseRow, row: Row) -> list[Problem]:
    """What is wrong with a case, whatever uses it."""
    faults = [row.problem(fault, "checks") for fault in filter(None, map(check_fault, case.checks))]
    if case.reference is not None and case.references is not None:
        faults.insert(0, row.problem("give `reference` or `references`, not both", "references"))
    return faults


def _case(row: CaseRow) -> Case:
    references = row.references if row.reference is None else (row.reference,)
    filled = tuple(filter(None, references or ()))
    return Case(row.id, row.inputs, filled, row.group, row.must_pass, row.checks)


def _content(case: Case) -> dict[str, Any]:
    return {
        "checks": [check.model_dump(mode="json", exclude_unset=True) for check in case.checks],
        "group": case.group,
        "id": case.id,
        "inputs": dict(case.inputs),
        "must_pass": case.must_pass,
        "references": list(case.references),
    }
