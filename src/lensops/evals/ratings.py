"""Ratings by people: CSV or JSONL of `id` with a grade 1 to 5 or an approval, read with places."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lensops.errors import Invalid, Location, Problem
from lensops.evals.interval import meets
from lensops.evals.jsonl import Row, rows_of_bytes
from lensops.files import decode
from lensops.files.read import BOM

GRADES = (1, 5)
MAX_PROBLEMS = 20
_YES_NO = {"true": 1.0, "yes": 1.0, "1": 1.0, "false": 0.0, "no": 0.0, "0": 0.0}
_DECIMAL = re.compile(r"^(-?\d+),(\d+)$")
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

    def is_accepted(self, good: float) -> bool:
        """Whether people accept it: half of the raters, or a mean grade of `good` and more."""
        return meets(self.value, 0.5 if self.is_approval else good)


def read_ratings(data: bytes, path: str, field: str | None = None) -> tuple[Rating, ...]:
    """One rating an id, in the order of the file; more rows of one id are more raters.

    `field` names the column of the rating (`human.fluency` for a nested one); by default it is
    `rating` (1 to 5) or `approved` (true or false). Columns `score` and `group` are optional. CSV
    may be separated by commas, semicolons (then with decimal commas) or tabs. Raises `Invalid`
    with the places of what is wrong.
    """
    is_table = path.lower().endswith((".csv", ".tsv"))
    by_id: dict[str, list[_Row]] = {}
    problems: list[Problem] = []
    for row in _table_rows(data, path) if is_table else rows_of_bytes(data, path):
        if isinstance(row, Problem):
            problems.append(row)
            continue
        try:
            read = _row(row.value, field, row.line)
            if not is_table:
                _refuse_text(row.value, field)
        except ValueError as error:
            problems.append(row.problem(str(error)))
        else:
            by_id.setdefault(read.id, []).append(read)
    if not by_id and not problems:
        problems.append(Problem(Location(path), "there is no rating in the file"))
    if problems and not by_id and problems[0].message.startswith(("not JSON", "this is a table")):
        hint = "ratings are CSV, TSV or JSONL by the end of the file's name"
        problems = [problems[0]._replace(hint=hint), *problems[1:]]
    problems += [problem for rows in by_id.values() for problem in _mixed_kinds(rows, path)]
    problems += _mixed_file([row for rows in by_id.values() for row in rows], path)
    if problems:
        raise Invalid(_some(problems, path))
    return tuple(_join(rows) for rows in by_id.values())


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    value: float
    is_approval: bool
    score: float | None
    group: str | None
    line: int


def _table_rows(data: bytes, path: str) -> Iterator[Row | Problem]:
    """The rows of a table, by the separator that its first line has most of."""
    text = decode(data, path).removeprefix(BOM)
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    if separator not in header and "|" in header:
        hint = "separate them by commas, semicolons or tabs"
        yield Problem(Location(path, 1), f"one column, {header.strip()!r}", hint)
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    columns: list[str] = []
    try:
        for cells in reader:
            if not columns:
                columns = cells
                if twice := [name for name in columns if columns.count(name) > 1]:
                    yield Problem(Location(path, 1), f"the column {twice[0]!r} is there twice")
                    return
            elif len(cells) not in (0, len(columns)):
                message = f"{len(cells)} cells, the header has {len(columns)}"
                yield Problem(Location(path, reader.line_num), message)
            elif cells:
                if separator in ";\t":  # a decimal comma is none between cells
                    cells = [_DECIMAL.sub(r"\1.\2", cell) for cell in cells]
                value = dict(zip(columns, cells, strict=True))
                yield Row(path, reader.line_num, value, "")
    except csv.Error as error:
        yield Problem(Location(path, reader.line_num), f"not CSV: {error}")


def _row(row: Mapping[str, Any], field: str | None, line: int) -> _Row:
    if row.get("id") in (None, ""):
        raise ValueError(f"`id` is missing; there is {', '.join(map(repr, row)) or 'nothing'}")
    if type(row["id"]) not in (str, int):
        raise ValueError(f"`id` must be text or a whole number, not {_quote(row['id'])}")
    given = [name for name in _COLUMNS if row.get(name) not in (None, "")]
    name = field or next(iter(given), None)
    if name is None:
        raise ValueError("a rating is missing: `rating` (1 to 5) or `approved` (true or false)")
    if field is None and len(given) > 1:
        raise ValueError("has a `rating` and `approved`: which of them counts?")
    value, is_approval = _value(name, _under(row, name))
    group = row.get("group")
    return _Row(
        str(row["id"]), value, is_approval, _score(row.get("score")),
        None if group in (None, "") else str(group), line,
    )  # fmt: skip


def _refuse_text(row: Mapping[str, Any], field: str | None) -> None:
    """In JSON a number stands without quotes. Raises `ValueError`."""
    for name in (*((field,) if field else _COLUMNS), "score"):
        if isinstance(value := _under(row, name), str) and value:
            raise ValueError(f"`{name}` is text, {_quote(value)}: write it without quotes")


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
        raise ValueError(f"`{name}` must be a grade 1 to 5, or true or false, not {_quote(value)}")
    return grade, False


def _score(value: Any) -> float | None:
    if value in (None, ""):
        return None
    score = _number(value)
    if score is None or not 0 <= score <= 1:
        raise ValueError(f"`score` must be a number from 0 to 1, not {_quote(value)}")
    return score


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _quote(value: Any) -> str:
    text = "nothing" if value in (None, "") else repr(value)
    return text if len(text) < 60 else text[:57] + "…"


def _mixed_kinds(rows: list[_Row], path: str) -> Iterator[Problem]:
    """Rows of one id that differ in score, in group or in the kind of rating."""
    first = rows[0]
    for row in rows[1:]:
        for name in ("is_approval", "score", "group"):
            if getattr(row, name) != getattr(first, name):
                what = "kind of rating" if name == "is_approval" else name
                message = f"{row.id!r} has another {what} in line {first.line}"
                yield Problem(Location(path, row.line), message)


def _mixed_file(rows: list[_Row], path: str) -> Iterator[Problem]:
    """The first row whose kind of rating is not that of the others."""
    for row in rows[1:]:
        if row.is_approval != rows[0].is_approval:
            kinds = ("an approval", "a grade") if row.is_approval else ("a grade", "an approval")
            message = f"{row.id!r} has {kinds[0]}, line {rows[0].line} {kinds[1]}"
            yield Problem(Location(path, row.line), message, "rate all of a file in one way")
            return


def _join(rows: list[_Row]) -> Rating:
    first = rows[0]
    value = math.fsum(row.value for row in rows) / len(rows)
    return Rating(first.id, value, len(rows), first.is_approval, first.score, first.group)


def _some(problems: list[Problem], path: str) -> tuple[Problem, ...]:
    """The first problems, and how many more there are."""
    more = len(problems) - MAX_PROBLEMS
    rest = (Problem(Location(path), f"and {more} more lines like these"),) if more > 0 else ()
    return (*problems[:MAX_PROBLEMS], *rest)
