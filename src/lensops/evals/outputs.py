"""Outputs made elsewhere: a JSONL file of `id` and `output`, matched with the cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lensops.errors import Invalid, Location, Problem, UserError
from lensops.evals.cases import capped, problems_of
from lensops.evals.jsonl import Row, open_lines, rows
from lensops.evals.protocols import Output
from lensops.files import Tree


class OutputsRow(BaseModel):
    """A line of the file. Other fields are passed over: such files come from other programs."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    id: str = Field(min_length=1)
    output: str | dict[str, Any] | list[Any]
    sample: int = Field(0, ge=0)


@dataclass(frozen=True, slots=True)
class Outputs:
    """The outputs by case id and sample, and which ids did not match."""

    found: Mapping[str, Mapping[int, Output]]
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def of(self, case_id: str) -> tuple[Output, ...]:
        """A case's outputs in the order of their samples."""
        by_sample = self.found.get(case_id, {})
        return tuple(by_sample[sample] for sample in sorted(by_sample))


@dataclass(slots=True)
class _Reader:
    found: dict[str, dict[int, Output]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, row: Row | Problem) -> None:
        if isinstance(row, Problem):
            self.problems.append(row)
            return
        try:
            read = OutputsRow.model_validate(row.value)
        except ValidationError as error:
            self.problems += problems_of(error, row, OutputsRow)
            return
        samples = self.found.setdefault(read.id, {})
        if read.sample in samples:
            self.problems.append(row.problem(f"{read.id!r} has an output already", "id"))
        samples[read.sample] = read.output


def read_outputs(tree: Tree, path: str, ids: Collection[str]) -> Outputs:
    """The outputs in a file for cases with these ids. Raises `Invalid` with all problems."""
    reader = _Reader()
    try:
        stream = open_lines(tree, path)
    except UserError as error:
        raise Invalid((Problem(Location(path), error.message, error.hint),)) from None
    with stream:
        for row in rows(stream, path):
            reader.take(row)
    if not reader.found and not reader.problems:
        hint = 'one output a line: {"id": "c1", "output": "…"}'
        reader.problems.append(Problem(Location(path), "the file has no outputs", hint))
    if reader.problems:
        raise Invalid(capped(reader.problems, path))
    return Outputs(
        reader.found,
        tuple(each for each in ids if each not in reader.found),
        tuple(sorted(set(reader.found) - set(ids))),
    )


def listed(ids: Iterable[str], shown: int = 5) -> str:
    """Some ids in words, and how many more there are."""
    known = list(ids)
    more = f" and {len(known) - shown} more" if len(known) > shown else ""
    return ", ".join(known[:shown]) + more


def mismatch_notes(outputs: Outputs, path: str) -> Iterator[str]:
    """What to say of ids that did not match."""
    if outputs.missing:
        yield f"{path} has no output for {len(outputs.missing)} cases: {listed(outputs.missing)}"
    if outputs.extra:
        yield f"{path} has outputs of {len(outputs.extra)} unknown cases: {listed(outputs.extra)}"
