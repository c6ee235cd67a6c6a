"""The `where:` of a manifest and the window's time as SQL conditions."""

from __future__ import annotations

from datetime import datetime

from lensops.drift.engine import Condition, Rows
from lensops.drift.engines.duckdb.statement import Statement, quoted
from lensops.drift.engines.duckdb.times import moment
from lensops.manifest.drift import Scalar, Span


def conditions(
    rows: Rows, types: dict[str, str], statement: Statement, *, or_timeless: bool = False
) -> str:
    """The text after WHERE, or `true`; with `or_timeless`, rows without a time pass as well."""
    parts = [_condition(name, wanted, statement) for name, wanted in rows.where]
    if rows.time is not None and rows.bounded:
        at = moment(rows.time, types[rows.time], rows.timezone, statement)
        limits = ((">=", rows.start), ("<", rows.end))
        inside = " AND ".join(_bound(at, sign, v, statement) for sign, v in limits if v)
        parts.append(f"({inside} OR {at} IS NULL)" if or_timeless else inside)
    return " AND ".join(parts) or "true"


def _bound(at: str, sign: str, limit: datetime, statement: Statement) -> str:
    return f"{at} {sign} CAST({statement.bind(limit.isoformat())} AS TIMESTAMPTZ)"


def _condition(name: str, wanted: Condition, statement: Statement) -> str:
    column = quoted(name)
    if isinstance(wanted, Span):
        limits = [(">=", wanted.min), ("<=", wanted.max)]
        parts = [_compared(column, sign, v, statement) for sign, v in limits if v is not None]
        return " AND ".join(parts) or "true"
    allowed = wanted if isinstance(wanted, tuple) else (wanted,)
    return "(" + " OR ".join(_compared(column, "=", v, statement) for v in allowed) + ")"


def _compared(column: str, sign: str, value: Scalar, statement: Statement) -> str:
    """A comparison in the type of the value, so that `2016` finds 2016 in a CSV file as well."""
    if isinstance(value, bool):
        return f"TRY_CAST({column} AS BOOLEAN) {sign} {statement.bind(value)}"
    if isinstance(value, int | float):
        return f"TRY_CAST({column} AS DOUBLE) {sign} CAST({statement.bind(value)} AS DOUBLE)"
    return f"CAST({column} AS VARCHAR) {sign} {statement.bind(value)}"
