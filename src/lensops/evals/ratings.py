"""Ratings by people: CSV or JSONL of `id` with a grade 1 to 5 or an approval, read with places."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lensops.errors import Invalid, Location, Problem
from lensops.evals.limits import meets
from lensops.files import decode
from lensops.files.text import BOM

GRADES = (1, 5)
MAX_PROBLEMS = 20
_YES_NO = {"true": 1.0, "yes": 1.0, "1": 1.0, "false": 0.0, "no": 0.0, "0": 0.0}
_COLUMNS = ("rating", "approved")


@dataclass(frozen=True, slots=True)
class Rating:
    """What people gave one output: the mean grade, or the share of raters who approved."""

    id: str
    value: float
    raters: int
    is_approval: bool
    score: float | None = None
    group: str | None = None

    def accepted(self, good: float) -> bool:
        """Whether people accept it: half of the raters, or a mean grade of `good` and more."""
        return meets(self.value, 0.5 if self.is_approval else good)


def read_ratings(data: bytes, path: str, field: str | None = None) -> tuple[Rating, ...]:
    """One rating an id, in the order of the file; more rows of one id are more raters.

    `field` names the column of the rating (`human.fluency` for a nested one); by default it is
    `rating` (1 to 5) or `approved` (true or false). Columns `score` and `group` are optional.
    Raises `Invalid` with the places of what is wrong.
    """
    text = decode(data, path).removeprefix(BOM)
    is_csv = path.endswith(".csv")
    rows = _csv_rows(text) if is_csv else _jsonl_rows(text)
    found: dict[str, list[_Row]] = {}
    problems: list[Problem] = []
    for line, row in rows:
        try:
            read = _row(row, field)
        except ValueError as error:
            problems.append(Problem(Location(path, line), str(error)))
        else:
            found.setdefault(read.id, []).append(read)
    if not found and not problems:
        problems.append(Problem(Location(path), "there is no rating in the file"))
    if problems:
        raise Invalid(_some(problems, path))
    return tuple(_joined(rows_of_one, path) for rows_of_one in found.values())


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    value: float
    is_approval: bool
    score: float | None
    group: str | None


def _csv_rows(text: str) -> Iterator[tuple[int, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for row in reader:
        yield reader.line_num, row


def _jsonl_rows(text: str) -> Iterator[tuple[int, Any]]:
    for line, content in enumerate(text.split("\n"), 1):
        if content.strip():
            yield line, content


def _row(row: Any, field: str | None) -> _Row:
    if isinstance(row, str):
        try:
            row = json.loads(row)
        except (ValueError, RecursionError):
            raise ValueError("is not JSON") from None
    if not isinstance(row, dict):
        raise ValueError("must be an object with `id` and a rating")  # noqa: TRY004  # of the file
    if row.get("id") in (None, ""):
        raise ValueError("`id` is missing")
    name = field or next((each for each in _COLUMNS if row.get(each) not in (None, "")), None)
    if name is None:
        raise ValueError("a rating is missing: `rating` (1 to 5) or `approved` (true or false)")
    value, is_approval = _value(name, _under(row, name))
    group = row.get("group")
    return _Row(
        str(row["id"]), value, is_approval, _score(row.get("score")),
        None if group in (None, "") else str(group),
    )  # fmt: skip


def _under(row: Mapping[str, Any], name: str) -> Any:
    """The value under a dotted name; a column that has the very name comes first."""
    if name in row:
        return row[name]
    value: Any = row
    for step in name.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _value(name: str, value: Any) -> tuple[float, bool]:
    """The rating as a number, and whether it is an approval."""
    if isinstance(value, bool):
        return float(value), True
    word = str(value).strip().lower()
    if word in _YES_NO and (name == "approved" or not word.isdigit()):
        return _YES_NO[word], True
    grade = _number(value)
    if grade is None or not GRADES[0] <= grade <= GRADES[1]:
        raise ValueError(f"`{name}` must be a grade 1 to 5, or true or false, not {_said(value)}")
    return grade, False


def _score(value: Any) -> float | None:
    if value in (None, ""):
        return None
    score = _number(value)
    if score is None or not 0 <= score <= 1:
        raise ValueError(f"`score` must be a number from 0 to 1, not {_said(value)}")
    return score


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _said(value: Any) -> str:
    shown = "nothing" if value in (None, "") else repr(value)
    return shown if len(shown) < 60 else shown[:57] + "…"


def _joined(rows: list[_Row], path: str) -> Rating:
    first = rows[0]
    if any((row.is_approval, row.score) != (first.is_approval, first.score) for row in rows):
        message = f"the rows of {first.id!r} differ in score or in the kind of rating"
        raise Invalid((Problem(Location(path), message),))
    value = sum(row.value for row in rows) / len(rows)
    return Rating(first.id, value, len(rows), first.is_approval, first.score, first.group)


def _some(problems: list[Problem], path: str) -> tuple[Problem, ...]:
    """The first problems, and how many more there are."""
    more = len(problems) - MAX_PROBLEMS
    rest = (Problem(Location(path), f"and {more} more lines like these"),) if more > 0 else ()
    return (*problems[:MAX_PROBLEMS], *rest)
