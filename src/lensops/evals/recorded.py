"""Recorded rows: what a line of a recordings file holds, and a reply as such a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from lensops.evals.protocols import AnswerReply, GradeReply, Output
from lensops.evals.text import same_json
from lensops.json_text import make_encoder

_encode = make_encoder()


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
    shard: str | None = None  # `2/8`: the part of a split run that recorded it
    ends: str | None = None  # the day on which its provider said that the model ends


class OutputRow(_Recorded):
    """What a model answered for a case. `request` is what it was asked, for `--explain`."""

    kind: Literal["output"]
    output: str | dict[str, Any] | list[Any] | None  # null: a generation that failed
    finish_reason: str | None = None

    @property
    def answer(self) -> Output:
        """The output. Raises `ValueError` where there is none."""
        if self.output is None:
            raise ValueError("the generation failed")
        return self.output

    @property
    def why_cut(self) -> str | None:
        """Why the output ended before the model was done, or None."""
        return _CUT.get(self.finish_reason or "")


_CUT = {
    "length": "the output was cut off at the limit of tokens (finish_reason: length)",
    "content_filter": "the output was cut off by a filter (finish_reason: content_filter)",
}


class GradeRow(_Recorded):
    """What a judge said of an output. No `grades`: it gave none after the retries."""

    kind: Literal["grade"]
    grades: dict[str, int] | None = None
    reason: str = ""
    error: str | None = None


_KINDS: dict[Any, type[OutputRow] | type[GradeRow]] = {"output": OutputRow, "grade": GradeRow}


def check_row(value: dict[str, Any]) -> OutputRow | GradeRow:
    """The row of a JSON object. Raises `ValidationError`, or `ValueError` for an unknown kind."""
    kind = value.get("kind")
    model = _KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise ValueError("must be 'output' or 'grade'")
    return model.model_validate(value)


def output_of_case(rows: Sequence[OutputRow | GradeRow], case_id: str) -> OutputRow | None:
    """The output of a case, or else of the first case that was asked the same; the last counts."""
    outputs = [row for row in rows if isinstance(row, OutputRow)]
    if len(outputs) == 1:
        return outputs[0]
    of_case = [row for row in outputs if row.case == case_id]
    if of_case or not outputs:
        return of_case[-1] if of_case else None
    return [row for row in outputs if row.case == outputs[0].case][-1]


def last_grade(rows: Sequence[OutputRow | GradeRow], by: str | None = None) -> GradeRow | None:
    """The last vote, of a model where one is named; None without one."""
    grades = [row for row in rows if isinstance(row, GradeRow) and by in (None, row.model)]
    return grades[-1] if grades else None


def contradicts(row: OutputRow | GradeRow, base: Sequence[OutputRow | GradeRow]) -> bool:
    """Whether the base has rows of the same question, and none with the same answer."""
    if isinstance(row, OutputRow):
        outputs = [b.output for b in base if isinstance(b, OutputRow) and b.case == row.case]
        return bool(outputs) and not any(same_json(row.output, output) for output in outputs)
    grades = [
        b.grades for b in base if isinstance(b, GradeRow) and b.model == row.model and b.grades
    ]
    return row.grades is not None and bool(grades) and row.grades not in grades


def row_of(reply: AnswerReply | GradeReply, time: str, shard: str | None = None) -> dict[str, Any]:
    """A reply as the row that is written. `time` is in UTC, ISO 8601."""
    content: Mapping[str, Any] = (
        {"kind": "output", "output": reply.output, "finish_reason": reply.finish_reason}
        if isinstance(reply, AnswerReply)
        else {
            "kind": "grade",
            "grades": None if reply.grades is None else dict(reply.grades),
            "reason": reply.reason,
            "error": reply.error,
        }
    )
    return {
        **content,
        "key": reply.request.digest,
        "case": reply.request.case_id,
        "sample": reply.request.sample,
        "model": reply.model,
        "at": time,
        "tokens_in": reply.tokens_in,
        "tokens_out": reply.tokens_out,
        "latency_s": reply.latency_s,
        "cost": reply.cost,
        **({"ends": reply.ends} if reply.ends else {}),
        "request": reply.request.parts(),
        **({"shard": shard} if shard else {}),
    }


def lines_of(
    replies: Iterable[AnswerReply | GradeReply], time: str, shard: str | None = None
) -> bytes:
    """Replies as the bytes of whole lines, to be appended at once."""
    rows = (_encode(row_of(reply, time, shard)) for reply in replies)
    return "".join(row + "\n" for row in rows).encode("utf-8", "replace")
