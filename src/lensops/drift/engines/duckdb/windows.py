"""The rows of a window as SQL: the manifest's `where:`, and timestamps of any type in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lensops.drift.engine import MISSING_SEGMENT, OTHER_SEGMENTS, Condition, Group, Rows
from lensops.drift.engines.duckdb.sql import (
    LENGTH,
    LOOKED_AT,
    Column,
    Columns,
    Statement,
    category_sql,
    text_sql,
    unused_name,
)
from lensops.drift.floats import narrow_bounds
from lensops.drift.readability import EXAMPLES
from lensops.drift.shape import FIRST, MASK, SECOND, SHIFT, draw_limit
from lensops.errors import UserError
from lensops.manifest.drift import Scalar, Span

AWARE = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ", "TIMESTAMPTZ_NS")
NAIVE = ("TIMESTAMP", "DATE")  # and TIMESTAMP_NS and its like
HAS_OFFSET = r"\d:\d\d.*([zZ]|[+-]\d\d(:?\d\d)?)\s*$"


def window_conditions(
    rows: Rows, columns: Columns, statement: Statement, *, or_timeless: bool = False
) -> str:
    """The text after WHERE, or `true`; with `or_timeless`, rows without a time pass as well."""
    parts = [_condition(columns[name], condition, statement) for name, condition in rows.where]
    if rows.time is not None and rows.is_bounded:
        moment = moment_sql(rows, columns, statement)
        limits = ((">=", rows.start), ("<", rows.end))
        tests = [_limit(moment, sign, limit, statement) for sign, limit in limits if limit]
        inside = " AND ".join(tests)
        parts.append(f"({inside} OR {moment} IS NULL)" if or_timeless else inside)
    return " AND ".join(parts) or "true"


def window_sql(
    rows: Rows,
    group: Group | None,
    columns: Columns,
    selected: Sequence[str],
    source: str,
    statement: Statement,
) -> str:
    """The rows of a window with the key `g` of their group."""
    key = _key(group, rows, columns, statement) if group else "NULL"
    where = window_conditions(rows, columns, statement)
    return f"SELECT {', '.join([f'{key} AS g', *selected])} FROM {source} WHERE {where}"


def first_texts(source: str, text: str, where: str) -> str:
    """The statement of the longest texts of the first rows that have any."""
    first = f"SELECT left({text}, {LENGTH}) AS v FROM {source} WHERE {where} AND {text} IS NOT NULL"
    longest = "GROUP BY v ORDER BY length(v) DESC, v"
    return f"SELECT v FROM ({first} LIMIT {LOOKED_AT}) {longest} LIMIT {EXAMPLES}"


def draw_sql(source: str, number: str, columns: Columns, step: int) -> str:
    """What stands after FROM for one in `step` rows: see `drawn_rows`.

    Rows are drawn before anything is computed of them.
    """
    mixed = unused_name(columns)
    numbered = f"SELECT *, (({number}) & {MASK}) * {FIRST} & {MASK} AS {mixed} FROM {source}"
    drawn = f"xor({mixed}, {mixed} >> {SHIFT}) * {SECOND} & {MASK} < {draw_limit(step)}"
    return f"({numbered}) WHERE {drawn}"


def moment_sql(rows: Rows, columns: Columns, statement: Statement) -> str:
    """The window's timestamps in UTC; naive ones are read in its zone.

    Raises `UserError` for a type that is no timestamp, and naive ones without a zone.
    """
    name = rows.time or ""
    column, zone = columns[name], rows.timezone
    if column.type in AWARE:
        return f"CAST({column.sql} AS TIMESTAMPTZ)"
    if column.type.startswith(NAIVE):
        return _in_zone(f"CAST({column.sql} AS TIMESTAMP)", name, zone, statement)
    if column.type == "VARCHAR":
        aware = f"TRY_CAST({column.sql} AS TIMESTAMPTZ)"
        if zone is None:
            return f"CASE WHEN {has_offset(column)} THEN {aware} END"
        naive = _in_zone(f"TRY_CAST({column.sql} AS TIMESTAMP)", name, zone, statement)
        return f"CASE WHEN {has_offset(column)} THEN {aware} ELSE {naive} END"
    raise UserError(
        f"column {name!r} holds no timestamps but {column.type}",
        "`time:` names a column of timestamps or of ISO texts such as 2026-01-31T12:00:00Z",
    )


def has_offset(column: Column) -> str:
    """Whether a text says its offset from UTC."""
    return f"regexp_matches({column.sql}, '{HAS_OFFSET}')"


def naive_texts(rows: Rows, columns: Columns) -> str:
    """The condition of texts that are timestamps without an offset, where no zone is declared."""
    column = columns[rows.time or ""]
    if column.type != "VARCHAR" or rows.timezone is not None:
        return "false"
    return f"NOT {has_offset(column)} AND TRY_CAST({column.sql} AS TIMESTAMP) IS NOT NULL"


def no_zone(column: str) -> UserError:
    """The error for naive timestamps."""
    return UserError(
        f"the timestamps of column {column!r} do not say their time zone",
        "declare it in the monitor, such as `timezone: UTC`",
    )


def _in_zone(naive: str, column: str, zone: str | None, statement: Statement) -> str:
    if zone is None:
        raise no_zone(column)
    return f"({naive} AT TIME ZONE {statement.bind(zone)})"


def _limit(moment: str, sign: str, limit: datetime, statement: Statement) -> str:
    return f"{moment} {sign} CAST({statement.bind(limit.isoformat())} AS TIMESTAMPTZ)"


def _condition(column: Column, condition: Condition, statement: Statement) -> str:
    if isinstance(condition, Span):
        limits = [(">=", condition.min), ("<=", condition.max)]
        tests = [_compare(column, sign, v, statement) for sign, v in limits if v is not None]
        return " AND ".join(tests) or "true"
    allowed = condition if isinstance(condition, tuple) else (condition,)
    return "(" + " OR ".join(_compare(column, "=", v, statement) for v in allowed) + ")"


def _compare(column: Column, sign: str, value: Scalar, statement: Statement) -> str:
    """A comparison in the type of the value, so that `2016` finds 2016 in a CSV file as well."""
    if isinstance(value, bool):
        return f"TRY_CAST({column.sql} AS BOOLEAN) {sign} {statement.bind(value)}"
    if isinstance(value, int | float):
        number = f"TRY_CAST({column.sql} AS DOUBLE)"
        if bounds := narrow_bounds(sign, float(value), column.floats):
            limits = [f"{number} {s} {statement.bind(v)}::DOUBLE" for s, v in bounds]
            return f"({' AND '.join(limits)})"
        return f"{number} {sign} CAST({statement.bind(value)} AS DOUBLE)"
    return f"{text_sql(column)} {sign} {statement.bind(value)}"


def _key(group: Group, rows: Rows, columns: Columns, statement: Statement) -> str:
    if group.kind == "time" and group.start is not None:
        moment = moment_sql(rows, columns, statement)
        start = f"epoch_us(CAST({statement.bind(group.start.isoformat())} AS TIMESTAMPTZ))"
        width = statement.bind(int(group.size * 1_000_000))
        return f"CAST((epoch_us({moment}) - {start}) // {width} AS VARCHAR)"
    if group.kind == "rows":
        return f"CAST((row_number() OVER () - 1) // {statement.bind(int(group.size))} AS VARCHAR)"
    value = category_sql(columns[group.column])
    listed = f"list_contains({statement.bind(list(group.keep))}::VARCHAR[], {value})"
    missing, rest = statement.bind(MISSING_SEGMENT), statement.bind(OTHER_SEGMENTS)
    return f"CASE WHEN {value} IS NULL THEN {missing} WHEN {listed} THEN {value} ELSE {rest} END"
