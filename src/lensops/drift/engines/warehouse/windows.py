"""The rows of a window through ibis: the manifest's `where:`, and times in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import ibis

from lensops.drift.engine import MISSING_SEGMENT, OTHER_SEGMENTS, Condition, Group, Rows
from lensops.drift.engines.warehouse import expressions
from lensops.drift.floats import narrow_bounds
from lensops.errors import UserError
from lensops.manifest.drift import Scalar, Span

SIGNS = {
    "<": lambda column, value: column < value,
    "=": lambda column, value: column == value,
    "<=": lambda column, value: column <= value,
    ">=": lambda column, value: column >= value,
}


def window(table: Any, rows: Rows, *, or_timeless: bool = False) -> Any:
    """The table's rows of a window; with `or_timeless`, those without a time as well."""
    tests = [_condition(table, name, condition) for name, condition in rows.where]
    if rows.time is not None and rows.is_bounded:
        inside = _inside(table, rows)
        tests.append(inside | table[rows.time].isnull() if or_timeless else inside)
    return table.filter(*tests) if tests else table


def moment(table: Any, rows: Rows) -> Any:
    """The window's timestamps. Raises `UserError` for others, or naive ones without a zone."""
    name = rows.time or ""
    kind = table[name].type()
    if not (kind.is_timestamp() or kind.is_date()):
        hint = "`time:` names a column of timestamps; cast texts in a view"
        raise UserError(f"column {name!r} holds no timestamps but {kind}", hint)
    if _naive(kind) and rows.timezone is None:
        problem = f"the timestamps of column {name!r} do not say their time zone"
        raise UserError(problem, "declare it in the monitor, such as `timezone: UTC`")
    return table[name].cast("timestamp") if kind.is_date() else table[name]


def in_utc(stored: datetime | None, rows: Rows) -> datetime | None:
    """A timestamp that the engine gave; a naive one is read in the monitor's zone."""
    if stored is not None and stored.tzinfo is None:
        stored = stored.replace(tzinfo=ZoneInfo(rows.timezone or "UTC"))
    return stored.astimezone(UTC) if stored else None


def key(table: Any, rows: Rows, group: Group) -> Any:
    """The expression of a row's group. Raises `UserError` for blocks of rows: tables have none."""
    if group.kind == "time" and group.start is not None:
        start = _as_stored(group.start, table, rows)
        first = int(start.replace(tzinfo=start.tzinfo or UTC).timestamp())
        passed = moment(table, rows).epoch_seconds() - first
        return (passed / max(group.size, 1.0)).floor().cast("int64").cast("string")
    if group.kind == "rows":
        raise UserError("the rows of a table have no order to cut windows by", "declare `time:`")
    value = expressions.category(table, group.column)
    listed = value.isin(group.keep) if group.keep else ibis.literal(False)
    missing = (value.isnull(), MISSING_SEGMENT)
    return ibis.cases(missing, (listed, value), else_=OTHER_SEGMENTS)


def _inside(table: Any, rows: Rows) -> Any:
    time, tests = moment(table, rows), []
    if rows.start is not None:
        tests.append(time >= ibis.literal(_as_stored(rows.start, table, rows)))
    if rows.end is not None:
        tests.append(time < ibis.literal(_as_stored(rows.end, table, rows)))
    return ibis.and_(*tests)


def _as_stored(limit: datetime, table: Any, rows: Rows) -> datetime:
    """A bound as the column holds times: naive ones in the monitor's zone, others in UTC.

    Bounds are converted, not columns, so that no engine needs to know time zones.
    """
    if _naive(table[rows.time or ""].type()):
        return limit.astimezone(ZoneInfo(rows.timezone or "UTC")).replace(tzinfo=None)
    return limit.astimezone(UTC)


def _naive(kind: Any) -> bool:
    return bool(kind.is_date() or kind.timezone is None)


def _condition(table: Any, name: str, condition: Condition) -> Any:
    column = table[name]
    if isinstance(condition, Span):
        limits = ((">=", condition.min), ("<=", condition.max))
        tests = [_compare(column, name, sign, v) for sign, v in limits if v is not None]
        return ibis.and_(*tests)
    allowed = condition if isinstance(condition, tuple) else (condition,)
    return ibis.or_(*(_compare(column, name, "=", value) for value in allowed))


def _compare(column: Any, name: str, sign: str, value: Scalar) -> Any:
    """A comparison in the type of the value, as it is for files."""
    kind = column.type()
    if isinstance(value, str):
        return SIGNS[sign](column if kind.is_string() else column.cast("string"), value)
    if not (kind.is_numeric() or kind.is_boolean()):
        hint = "put the value of `where:` into quotes"
        raise UserError(f"column {name!r} holds {kind}, which is compared with texts", hint)
    number = (column.cast("int32") if kind.is_boolean() else column).cast("float64")
    bounds = narrow_bounds(sign, float(value), str(kind.copy(nullable=True)))
    return ibis.and_(*(SIGNS[s](number, v) for s, v in bounds or [(sign, float(value))]))
