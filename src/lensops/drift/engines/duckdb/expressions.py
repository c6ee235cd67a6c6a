"""The SQL expression of each measure: a column's value, or what is derived of a text."""

from __future__ import annotations

from collections.abc import Callable

from lensops.drift.engines.duckdb.statement import quoted
from lensops.drift.layout import Measure
from lensops.drift.text import BEGINNING, FENCE, REFUSAL, WORD

NUMBERS: tuple[str, ...] = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
)
NUMBERS += ("UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "REAL")
FLOATING = ("FLOAT", "DOUBLE", "REAL", "VARCHAR", "JSON")  # types that can hold NaN or infinity


def _pattern(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


DERIVED: dict[str, Callable[[str], str]] = {
    "length": lambda text: f"length({text})",
    "words": lambda text: f"len(regexp_extract_all({text}, {_pattern(WORD)}))",
    "code_fence": lambda text: f"contains({text}, {_pattern(FENCE)})",
    "valid_json": lambda text: (
        f"(left(ltrim({text}, chr(32) || chr(9) || chr(10) || chr(13)), 1) IN ('{{', '[')"
        f" AND json_valid({text}))"
    ),
    "refusal": lambda text: (
        f"regexp_matches(replace(lower(left({text}, {BEGINNING})), chr(8217), chr(39)),"
        f" {_pattern(REFUSAL)})"
    ),
    "empty": lambda text: f"NOT regexp_matches(coalesce({text}, ''), {_pattern(WORD)})",
}


def number(measure: Measure, kind: str) -> str:
    """A measure as DOUBLE, NULL where it is missing or no number."""
    if measure.how != "value":
        return f"CAST({DERIVED[measure.how](text(measure.column))} AS DOUBLE)"
    cast = "CAST" if is_number(kind) else "TRY_CAST"
    return f"{cast}({quoted(measure.column)} AS DOUBLE)"


def flag(measure: Measure) -> str:
    """A derived flag as BOOLEAN, NULL where the text is missing."""
    return DERIVED[measure.how](text(measure.column))


def text(column: str) -> str:
    """A column as text."""
    return f"CAST({quoted(column)} AS VARCHAR)"


def filled(column: str) -> str:
    """A column as text, NULL where it is blank."""
    return f"nullif(trim({text(column)}), '')"


def is_number(kind: str) -> bool:
    """Whether a DuckDB type is a number."""
    return kind.startswith(NUMBERS) and not kind.endswith("]")
