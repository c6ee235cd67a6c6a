"""Cases: what an eval scores, streamed from JSON lines, every problem with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lensops.errors import Invalid, Location, Problem, UserError
from lensops.evals.checks import check_fault
from lensops.evals.jsonl import Row, open_lines, rows
from lensops.files import Tree
from lensops.manifest import suggestion
from lensops.manifest.checks import Check
from lensops.prompts import digest

SHOWN = 100  # problems of one file that are said; the rest are counted


@dataclass(frozen=True, slots=True)
class Case:
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
    reference: bool = False


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


def load_cases(tree: Tree, path: str, needs: Needs | None = None) -> tuple[Case, ...]:
    """The cases of a file. Raises `Invalid` with all problems, the first hundred spelled out."""
    cases, problems = read_cases(tree, path, needs)
    if problems:
        raise Invalid(problems)
    return cases


def read_cases(
    tree: Tree, path: str, needs: Needs | None = None
) -> tuple[tuple[Case, ...], tuple[Problem, ...]]:
    """The cases that could be read and the problems of the others."""
    try:
        stream = open_lines(tree, path)
    except UserError as error:
        return (), (Problem(Location(path), error.message, error.hint),)
    with stream:
        reader = _Reader(needs or Needs())
        cases = tuple(reader.read(rows(stream, path)))
    if not cases and not reader.problems:
        hint = 'one case a line: {"id": "c1", "inputs": {}, "reference": "…"}'
        reader.problems.append(Problem(Location(path), "the file has no cases", hint))
    return cases, capped(reader.problems, path)


def cases_digest(cases: Iterable[Case]) -> str:
    """Over what the cases hold, in their order; not over the file's layout."""
    return digest("cases", [_content(case) for case in cases])


def capped(problems: list[Problem], path: str) -> tuple[Problem, ...]:
    """The first problems of a file, and how many more there are."""
    if len(problems) <= SHOWN:
        return tuple(problems)
    rest = Problem(Location(path), f"and {len(problems) - SHOWN:,} more problems in this file")
    return (*problems[:SHOWN], rest)


class _Reader:
    """Turns rows into cases and remembers what was wrong."""

    def __init__(self, needs: Needs) -> None:
        self.needs = needs
        self.problems: list[Problem] = []
        self.seen: dict[str, int] = {}

    def read(self, lines: Iterable[Row | Problem]) -> Iterator[Case]:
        for row in lines:
            if isinstance(row, Problem):
                self.problems.append(row)
                continue
            found = list(self._faults(row))
            self.problems += found
            if not found:
                yield _case(CaseRow.model_validate(row.value))

    def _faults(self, row: Row) -> Iterator[Problem]:
        try:
            case = CaseRow.model_validate(row.value)
        except ValidationError as error:
            yield from problems_of(error, row, CaseRow)
            return
        first = self.seen.setdefault(case.id, row.line)
        if first != row.line:
            yield row.problem(f"{case.id!r} is the id of line {first} already", "id")
        if case.reference is not None and case.references is not None:
            yield row.problem("give `reference` or `references`, not both", "references")
        elif self.needs.reference and not (case.reference or any(case.references or ())):
            hint = "give one, or leave bleu and rouge_l out of the weights"
            yield row.problem(f"case {case.id!r} has no reference", "reference", hint)
        for fault in filter(None, map(check_fault, case.checks)):
            yield row.problem(fault, "checks")
        for name in sorted(set(self.needs.variables) - set(case.inputs)):
            message = f"{name!r} is missing, which the prompt uses"
            yield row.problem(message, "inputs", suggestion(name, case.inputs))


def problems_of(error: ValidationError, row: Row, model: type[BaseModel]) -> Iterator[Problem]:
    """What pydantic found, as problems of a row."""
    known = list(model.model_fields)
    for detail in error.errors(include_url=False):
        field = str(detail["loc"][0]) if detail["loc"] else None
        dotted = ".".join(str(step) for step in detail["loc"])
        if detail["type"] == "extra_forbidden" and len(detail["loc"]) == 1:
            hint = suggestion(dotted, known) or "known: " + ", ".join(known)
            yield Problem(row.location(field), f"unknown field {dotted!r}", hint)
        elif detail["type"] == "missing":
            yield Problem(row.location(), f"the field {dotted!r} is missing")
        else:
            message = str(detail["msg"]).removeprefix("Value error, ")
            message = message.replace("Input should be", "must be")
            yield Problem(row.location(field), f"{dotted}: {message}" if dotted else message)


def _case(row: CaseRow) -> Case:
    references = row.references if row.reference is None else (row.reference,)
    kept = tuple(reference for reference in references or () if reference)
    return Case(row.id, row.inputs, kept, row.group, row.must_pass, row.checks)


def _content(case: Case) -> dict[str, Any]:
    checks = [check.model_dump(mode="json", exclude_unset=True) for check in case.checks]
    return {
        "id": case.id,
        "inputs": dict(case.inputs),
        "references": list(case.references),
        "group": case.group,
        "must_pass": case.must_pass,
        "checks": checks,
    }
