"""SQL under construction: quoted names, bound values, and the expression of each measure."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lensops.drift.binning import Measure
from lensops.drift.text import BEGINNING, FENCE, REFUSAL, WORD
from lensops.errors import UserError

WHOLE: tuple[str, ...] = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT"),
    *("UINTEGER", "UBIGINT", "UHUGEINT", "BOOLEAN"),
)
NUMBERS: tuple[str, ...] = (*WHOLE, "FLOAT", "DOUBLE", "DECIMAL", "REAL")
FLOATING = ("FLOAT", "DOUBLE", "REAL", "VARCHAR", "JSON")  # types that can hold NaN or infinity
FLOATS = {"FLOAT16": "float16", "FLOAT": "float32", "DOUBLE": "float64"}  # as NumPy calls them
NESTED = ("STRUCT", "MAP", "UNION", "BLOB", "BIT", "VARIANT", "GEOMETRY")
INTERVAL = "INTERVAL"
RANKED, LENGTH = 12, 40  # texts that are no numbers, and their characters
LOOKED_AT = 1_000  # rows in which examples are found
GAPS = ("'  '", "chr(9)", "chr(10)", "chr(12)", "chr(13)")  # but for one space between words
_PLAIN_DECIMAL = r"[+-]?(0|[1-9]\d*)\.\d+"


@dataclass(frozen=True, slots=True)
class Column:
    """A column as SQL, with its DuckDB type, or `FLOAT16`, which DuckDB reads as FLOAT."""

    sql: str
    type: str

    @property
    def floats(self) -> str:
        """NumPy's name of the floats that it holds; empty for other types."""
        return FLOATS.get(self.type, "")


class Statement:
    """Collects the values of a statement while its text is written."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def bind(self, value: Any) -> str:
        """The place in the text that a value is bound to."""
        self.values.append(value)
        return f"${len(self.values)}"


Aggregate = Callable[[Measure, Column, Statement], str]
Columns = Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Relation:
    """What stands after FROM, the values bound in it, and its columns by their own names.

    `number` is the number of a row from 0 on as SQL, where the source has one.
    """

    sql: Callable[[Statement], str]
    columns: Columns
    number: str = "row_number() OVER () - 1"


def quote_name(name: str) -> str:
    """A column's name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def unused_name(columns: Mapping[str, Column]) -> str:
    """A name that no column has, whatever its capitals."""
    taken = {column.sql.casefold().strip('"') for column in columns.values()}
    return next(name for at in itertools.count() if (name := f"n{at}") not in taken)


def _pattern(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _single_spaced(text: str) -> str:
    """Whether single spaces are all that parts the words of a text: those are counted at once."""
    gaps = " OR ".join(f"contains({text}, {gap})" for gap in GAPS)
    return f"NOT ({gaps} OR starts_with({text}, ' ') OR ends_with({text}, ' ') OR {text} = '')"


DERIVED: dict[str, Callable[[str], str]] = {
    "length": lambda text: f"length({text})",
    "words": lambda text: (
        f"CASE WHEN {_single_spaced(text)}"
        f" THEN strlen({text}) - strlen(replace({text}, ' ', '')) + 1"
        f" ELSE len(regexp_extract_all({text}, {_pattern(WORD)})) END"
    ),
    "code_fence": lambda text: f"contains({text}, {_pattern(FENCE)})",
    "valid_json": lambda text: (
        f"(left(ltrim({text}, chr(32) || chr(9) || chr(10) || chr(13)), 1) IN ('{{', '[')"
        f" AND json_valid({text}))"
    ),
    "refusal": lambda text: (
        f"regexp_matches(replace(left({text}, {BEGINNING}), chr(8217), chr(39)),"
        f" {_pattern(REFUSAL)}, 'i')"
    ),
    "empty": lambda text: f"NOT regexp_matches(coalesce({text}, ''), {_pattern(WORD)})",
}


def number_sql(measure: Measure, column: Column, statement: Statement) -> str:
    """A measure as DOUBLE, NULL where it is missing or no number. Floats of 16 and 32 bits are
    plainly widened: see `lensops.drift.floats`.

    Raises `UserError` for a type that holds no numbers.
    """
    if measure.derivation != "value":
        return f"CAST({DERIVED[measure.derivation](text_sql(column))} AS DOUBLE)"
    if is_number(column.type):
        return f"CAST({column.sql} AS DOUBLE)"
    if not is_text(column.type):
        raise UserError(
            f"column {measure.column!r} holds no numbers but {column.type}",
            "watch a column of numbers, or make one of it in the data",
        )
    text = _without_listed(measure, text_sql(column), statement)
    if measure.decimal != ".":
        text = f"replace({text}, {statement.bind(measure.decimal)}, '.')"
    boolean = f"CASE lower(trim({text})) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
    return f"coalesce(TRY_CAST({text} AS DOUBLE), {boolean})"


def floats_of(measure: Measure, column: Column) -> str:
    """NumPy's name of the floats that are measured; empty for numbers of other types."""
    return column.floats if measure.derivation == "value" else ""


def filled_sql(measure: Measure, column: Column, statement: Statement) -> str:
    """A column as text, NULL where it is blank or counts as missing."""
    return f"nullif(trim({_without_listed(measure, text_sql(column), statement)}), '')"


def filled_count_sql(measure: Measure, column: Column, statement: Statement) -> str:
    """The rows with a text that counts: NaN says that there is none."""
    return f"count(nullif(lower({filled_sql(measure, column, statement)}), 'nan'))"


def number_count_sql(measure: Measure, column: Column, statement: Statement) -> str:
    """The rows whose text reads as a number."""
    return f"count(nullif({_read_sql(measure, column, statement)}, 'nan'::DOUBLE))"


def odd_texts_sql(measure: Measure, column: Column, statement: Statement) -> str:
    """Some texts that do not."""
    text, number = filled_sql(measure, column, statement), _read_sql(measure, column, statement)
    odd = f"FILTER (WHERE {number} IS NULL AND {text} IS NOT NULL)"
    return f"min(left({text}, {LENGTH}), {RANKED}) {odd}"


def _read_sql(measure: Measure, column: Column, statement: Statement) -> str:
    text = filled_sql(measure, column, statement)
    return f"TRY_CAST(replace({text}, {statement.bind(measure.decimal)}, '.') AS DOUBLE)"


def flag_sql(measure: Measure, column: Column) -> str:
    """A derived flag as BOOLEAN, NULL where the text is missing."""
    return DERIVED[measure.derivation](text_sql(column))


def text_sql(column: Column) -> str:
    """A column as text; NaN among numbers says that there is none."""
    text = f"CAST({column.sql} AS VARCHAR)"
    return f"nullif({text}, 'nan')" if column.floats else text


def category_sql(column: Column) -> str:
    """A column as text in the canonical spelling, but for timestamps."""
    text = f"trim({text_sql(column)})"
    return (
        f"CASE WHEN lower({text}) IN ('true', 'false') THEN lower({text})"
        f" WHEN regexp_full_match({text}, {_pattern(_PLAIN_DECIMAL)})"
        f" THEN rtrim(rtrim({text}, '0'), '.') ELSE nullif({text}, '') END"
    )


def is_number(kind: str) -> bool:
    """Whether a DuckDB type is a number."""
    return kind.startswith(NUMBERS) and not kind.endswith("]")


def is_text(kind: str) -> bool:
    """Whether a DuckDB type is text, or an enumeration of texts."""
    return kind in {"VARCHAR", "JSON"} or kind.startswith("ENUM")


def is_nested(kind: str) -> bool:
    """Whether a value of a DuckDB type is more than one."""
    return kind.endswith("]") or kind.startswith(NESTED)


def _without_listed(measure: Measure, text: str, statement: Statement) -> str:
    """A text, NULL where the manifest lists it as missing."""
    if not measure.missing:
        return text
    listed = statement.bind([value.strip() for value in measure.missing])
    return f"CASE WHEN NOT list_contains({listed}::VARCHAR[], trim({text})) THEN {text} END"
