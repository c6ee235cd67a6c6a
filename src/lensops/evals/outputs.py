"""Outputs made elsewhere: JSONL of `id` and `output` or `messages`, matched with the cases."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from lensops.errors import Invalid, Location, Problem, UserError
from lensops.evals.arm import Answered, Arm
from lensops.evals.cases import Case
from lensops.evals.jsonl import Row, cap_problems, problems_of, read_rows
from lensops.evals.protocols import AnswerReply, Output
from lensops.evals.recordings import Recordings
from lensops.evals.text import message_output, same_json
from lensops.files import Folder, Tree
from lensops.format import list_some, plural


def _check_output(value: Any) -> Any:
    if value is None or isinstance(value, str | dict | list):
        return value
    raise ValueError(f"must be text, an object, a list or null, not {json.dumps(value)}")


class OutputsRow(BaseModel):
    """A line of the file. Other fields are passed over: such files come from other programs.

    `null`, or a last message with neither text nor calls, is a generation that failed.
    """

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    id: str = Field(min_length=1)
    output: Annotated[Any, BeforeValidator(_check_output)] = None
    messages: list[dict[str, Any]] | None = None
    sample: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if ("output" in self.model_fields_set) == (self.messages is not None):
            raise ValueError("needs `output`, or `messages` whose last one is the output")
        if self.messages is not None:
            message_output(self.messages)
        return self

    @property
    def value(self) -> Output | None:
        """The output: as it is given, or the last message."""
        if self.messages is not None:
            return message_output(self.messages)
        output: Output | None = self.output
        return output


@dataclass(frozen=True, slots=True)
class Outputs:
    """The outputs by case id and sample, and which ids did not match."""

    name: str  # of the file, for messages
    by_case: Mapping[str, Mapping[int, Output | None]]
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def of(self, case_id: str) -> tuple[Output, ...]:
        """A case's outputs in the order of their samples; none where one of them failed."""
        by_sample = self.by_case.get(case_id, {})
        outputs = [by_sample[sample] for sample in sorted(by_sample)]
        given = tuple(output for output in outputs if output is not None)
        return given if len(given) == len(outputs) else ()

    @property
    def failed(self) -> tuple[str, ...]:
        """The cases of which a generation failed."""
        return tuple(case for case, by in self.by_case.items() if None in by.values())


@dataclass(slots=True)
class _Reader:
    by_case: dict[str, dict[int, Output | None]] = field(default_factory=dict)
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
        samples = self.by_case.setdefault(read.id, {})
        if read.sample in samples:
            self.problems.append(row.problem(f"{read.id!r} has an output already", "id"))
        samples[read.sample] = read.value


def read_outputs(tree: Tree, path: str, ids: Collection[str]) -> Outputs:
    """The outputs in a file for cases with these ids. Raises `Invalid` with all problems."""
    reader = _Reader()
    try:
        for row in read_rows(tree, path):
            reader.take(row)
    except UserError as error:
        raise Invalid((Problem(Location(path), error.message, error.hint),)) from None
    if not reader.by_case and not reader.problems:
        hint = 'one output a line: {"id": "c1", "output": "…"}'
        reader.problems.append(Problem(Location(path), "the file has no outputs", hint))
    if reader.problems:
        raise Invalid(cap_problems(reader.problems, path))
    return Outputs(
        path,
        reader.by_case,
        tuple(case_id for case_id in ids if case_id not in reader.by_case),
        tuple(sorted(set(reader.by_case) - set(ids))),
    )


def mismatch_notes(outputs: Outputs) -> Iterator[str]:
    """What to note of ids that did not match."""
    name, missing, extra = outputs.name, outputs.missing, outputs.extra
    if missing:
        yield f"{name} has no output for {plural(len(missing), 'case')}: {list_some(missing)}"
    if failed := outputs.failed:
        cases = plural(len(failed), "case")
        yield f"{name} has null, which is no output, for {cases}: {list_some(failed)}"
    if extra:
        yield f"{name} has outputs of {plural(len(extra), 'unknown case')}: {list_some(extra)}"


def outputs_from_file(file: Path, cases: Iterable[Case], samples: int) -> Outputs:
    """The outputs in a file for these cases, each with exactly `samples` of them or none.

    Raises `Invalid` with all problems of the file, and `UserError` for another number of samples.
    """
    path = file.resolve()
    outputs = read_outputs(Folder(path.parent), path.name, [case.id for case in cases])
    for case_id, by_sample in outputs.by_case.items():
        if sorted(by_sample) != list(range(samples)) and case_id not in outputs.extra:
            numbers = ", ".join(map(str, sorted(by_sample)))
            raise UserError(
                f"{file.name}: case {case_id!r} has the samples {numbers}, the eval declares "
                f"samples: {samples}",
                "give each case one output for each sample, numbered from 0",
            )
    return outputs


def answers_of(outputs: Outputs, arm: Arm, case: Case) -> Answered:
    """A case with its outputs in the file, as an answer of a version."""
    answers = outputs.of(case.id)
    failed = case.id in outputs.by_case
    why = None if answers else f"{outputs.name} has {'null: it failed' if failed else 'none'}"
    return Answered(case, answers, arm.inputs(case), why)


def unrecorded_replies(
    outputs: Outputs, arm: Arm, cases: Iterable[Case], recordings: Recordings
) -> Iterator[AnswerReply]:
    """Outputs as replies of a version, null as one that failed, but for what is recorded just so.

    No file says which model made them, so no model, tokens or time are written.
    """
    for case in cases:
        by_sample = outputs.by_case.get(case.id, {})
        for request in arm.requests(case):
            if request.sample in by_sample:
                output, row = by_sample[request.sample], recordings.last_output(request)
                if row is None or not same_json(row.output, output):
                    yield AnswerReply(request, output)
