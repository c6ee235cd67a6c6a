"""What is wrong with rows: as problems with their place, and not more of them than help."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ValidationError

from lensops.errors import Location, Problem
from lensops.evals.jsonl import Row
from lensops.manifest.load import key_hint

_TYPES = {
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "string_too_short": "must not be empty",
}
SHOWN = 100  # problems of one file that are spelled out; the rest are counted


def cap_problems(problems: list[Problem], path: str) -> tuple[Problem, ...]:
    """The first problems of a file, and how many more there are."""
    if len(problems) <= SHOWN:
        return tuple(problems)
    rest = Problem(Location(path), f"and {len(problems) - SHOWN:,} more problems in this file")
    return (*problems[:SHOWN], rest)


def problems_of(error: ValidationError, row: Row, model: type[BaseModel]) -> Iterator[Problem]:
    """What pydantic found, as problems of a row."""
    for detail in error.errors(include_url=False):
        field = str(detail["loc"][0]) if detail["loc"] else None
        dotted = ".".join(str(step) for step in detail["loc"])
        if detail["type"] == "extra_forbidden":
            *above, name = detail["loc"]
            place = f" in {'.'.join(map(str, above))}" if above else ""
            hint = key_hint(str(name), tuple(above), model)
            yield Problem(row.location(str(name)), f"unknown field {str(name)!r}{place}", hint)
        elif detail["type"] == "missing":
            yield Problem(row.location(), f"the field {dotted!r} is missing")
        else:
            message = _TYPES.get(detail["type"]) or str(detail["msg"])
            message = message.removeprefix("Value error, ").replace("Input should be", "must be")
            yield Problem(row.location(field), f"{dotted}: {message}" if dotted else message)
