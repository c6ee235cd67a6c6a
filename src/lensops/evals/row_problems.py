"""What is wrong with rows: as problems with their place, and not more of them than help."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ValidationError

from lensops.errors import Location, Problem
from lensops.evals.jsonl import Row
from lensops.manifest import suggestion

SHOWN = 100  # problems of one file that are spelled out; the rest are counted


def cap_problems(problems: list[Problem], path: str) -> tuple[Problem, ...]:
    """The first problems of a file, and how many more there are."""
    if len(problems) <= SHOWN:
        return tuple(problems)
    rest = Problem(Location(path), f"and {len(problems) - SHOWN:,} more problems in this file")
    return (*problems[:SHOWN], rest)


def problems_of(error: ValidationError, row: Row, model: type[BaseModel]) -> Iterator[Problem]:
    """What pydantic found, as problems of a row."""
    fields = list(model.model_fields)
    for detail in error.errors(include_url=False):
        field = str(detail["loc"][0]) if detail["loc"] else None
        dotted = ".".join(str(step) for step in detail["loc"])
        if detail["type"] == "extra_forbidden" and len(detail["loc"]) == 1:
            hint = suggestion(dotted, fields) or "known: " + ", ".join(fields)
            yield Problem(row.location(field), f"unknown field {dotted!r}", hint)
        elif detail["type"] == "missing":
            yield Problem(row.location(), f"the field {dotted!r} is missing")
        else:
            message = str(detail["msg"]).removeprefix("Value error, ")
            message = message.replace("Input should be", "must be")
            yield Problem(row.location(field), f"{dotted}: {message}" if dotted else message)
