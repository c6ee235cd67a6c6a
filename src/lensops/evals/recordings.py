"""Recordings: outputs and judge replies of a version, as rows of an append-only JSONL file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lensops.errors import Invalid, Location, Problem, UserError
from lensops.evals.cases import capped, problems_of
from lensops.evals.jsonl import Row, open_lines, rows
from lensops.evals.protocols import AnswerReply, AnswerRequest, GradeReply, GradeRequest, Output
from lensops.files import Tree


class _Recorded(BaseModel):
    """What both kinds of rows hold. Fields of later versions are passed over."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    key: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    case: str
    sample: int = Field(0, ge=0)
    model: str | None = None
    at: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    latency_s: float | None = None
    cost: float | None = None


class OutputRow(_Recorded):
    """What a model answered for a case. `request` is what it was asked, for `--explain`."""

    kind: Literal["output"]
    output: str | dict[str, Any] | list[Any]


class GradeRow(_Recorded):
    """What a judge said of an output. No `grades`: it gave none after the retries."""

    kind: Literal["grade"]
    grades: dict[str, int] | None = None
    reason: str = ""
    error: str | None = None


@dataclass(slots=True)
class Recordings:
    """The rows of a version by key. Of two rows with one key the later counts."""

    outputs: dict[str, dict[str, OutputRow]] = field(default_factory=dict)
    grades: dict[str, GradeRow] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def output(self, request: AnswerRequest) -> Output | None:
        """The recorded output: the case's own, or another case's that was asked the same."""
        found = self.outputs.get(request.digest)
        if not found:
            return None
        return (found.get(request.case_id) or next(iter(found.values()))).output

    def grade(self, request: GradeRequest) -> GradeRow | None:
        """The recorded vote, or None."""
        return self.grades.get(request.digest)

    def add(self, row: OutputRow | GradeRow) -> None:
        """Take a row in."""
        if isinstance(row, OutputRow):
            self.outputs.setdefault(row.key, {})[row.case] = row
        else:
            self.grades[row.key] = row


def read_recordings(tree: Tree, path: str, into: Recordings | None = None) -> Recordings:
    """The recordings in a file; none when there is no file.

    A torn last line is left out with a note. Raises `Invalid` for any other faulty line.
    """
    found = into or Recordings()
    problems: list[Problem] = []
    for row in _raw_rows(tree, path):
        if isinstance(row, Problem):
            problems.append(row)
            continue
        try:
            found.add(_checked(row))
        except ValidationError as error:
            problems += problems_of(error, row, GradeRow)
        except ValueError as error:
            problems.append(row.problem(str(error), "kind"))
    if problems and _is_torn(tree, path, problems[-1].location):
        problems.pop()
        found.notes.append(f"{path}: the last line is cut short and was left out")
    if problems:
        raise Invalid(capped(problems, path))
    return found


def requests_of(tree: Tree, path: str, case_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind, request parts) of each row of a case: what was asked when it was recorded."""
    for row in _raw_rows(tree, path):
        if isinstance(row, Row) and row.value.get("case") == case_id:
            request = row.value.get("request")
            if isinstance(request, dict):
                yield str(row.value.get("kind")), request


def row_of(reply: AnswerReply | GradeReply, at: str) -> dict[str, Any]:
    """A reply as the row that is written. `at` is the UTC time, ISO 8601."""
    answered: Mapping[str, Any] = (
        {"kind": "output", "output": reply.output}
        if isinstance(reply, AnswerReply)
        else {
            "kind": "grade",
            "grades": None if reply.grades is None else dict(reply.grades),
            "reason": reply.reason,
            "error": reply.error,
        }
    )
    return {
        **answered,
        "key": reply.request.digest,
        "case": reply.request.case_id,
        "sample": reply.request.sample,
        "model": reply.model,
        "at": at,
        "tokens_in": reply.tokens_in,
        "tokens_out": reply.tokens_out,
        "latency_s": reply.latency_s,
        "cost": reply.cost,
        "request": reply.request.parts(),
    }


def lines_of(replies: Iterable[AnswerReply | GradeReply], at: str) -> bytes:
    """Replies as the bytes of whole lines, to be appended at once."""
    written = [
        json.dumps(row_of(reply, at), sort_keys=True, ensure_ascii=False, allow_nan=False)
        for reply in replies
    ]
    return "".join(line + "\n" for line in written).encode("utf-8", "replace")


def checked_row(value: dict[str, Any]) -> OutputRow | GradeRow:
    """The row of a JSON object. Raises `ValidationError`, or `ValueError` for an unknown kind."""
    kinds: dict[Any, type[OutputRow] | type[GradeRow]] = {"output": OutputRow, "grade": GradeRow}
    model = kinds.get(value.get("kind"))
    if model is None:
        raise ValueError("must be 'output' or 'grade'")
    return model.model_validate(value)


def _checked(row: Row) -> OutputRow | GradeRow:
    return checked_row(row.value)


def _raw_rows(tree: Tree, path: str) -> Iterator[Row | Problem]:
    try:
        stream = open_lines(tree, path)
    except UserError as error:
        if error.message.startswith("there is no file"):
            return
        raise
    with stream:
        yield from rows(stream, path)


def _is_torn(tree: Tree, path: str, location: Location) -> bool:
    """Whether a faulty line is the last of its file and has no line end."""
    with open_lines(tree, path) as stream:
        number, last = 0, b"\n"
        for number, last in enumerate(stream, start=1):  # noqa: B007  # only the last counts
            pass
        return number == location.line and not last.endswith(b"\n")
