"""Timestamps of any column type as points in UTC."""

from __future__ import annotations

from lensops.drift.engines.duckdb.statement import Statement, quoted
from lensops.errors import UserError

AWARE = "TIMESTAMP WITH TIME ZONE"
NAIVE = ("TIMESTAMP", "DATE")  # and TIMESTAMP_NS and its like
HAS_OFFSET = r"\d:\d\d.*([zZ]|[+-]\d\d(:?\d\d)?)\s*$"


def moment(column: str, kind: str, zone: str | None, statement: Statement) -> str:
    """The expression of a column's timestamps in UTC; naive ones are read in `zone`.

    Raises `UserError` for a type that is no timestamp, and naive ones without a zone.
    """
    name = quoted(column)
    if kind == AWARE:
        return name
    if kind.startswith(NAIVE):
        return _in_zone(f"CAST({name} AS TIMESTAMP)", column, zone, statement)
    if kind == "VARCHAR":
        aware = f"TRY_CAST({name} AS TIMESTAMPTZ)"
        if zone is None:
            return f"CASE WHEN {offset_in(column)} THEN {aware} END"
        naive = _in_zone(f"TRY_CAST({name} AS TIMESTAMP)", column, zone, statement)
        return f"CASE WHEN {offset_in(column)} THEN {aware} ELSE {naive} END"
    raise UserError(
        f"column {column!r} holds no timestamps but {kind}",
        "`time:` names a column of timestamps or of ISO texts such as 2026-01-31T12:00:00Z",
    )


def offset_in(column: str) -> str:
    """Whether a text says its offset from UTC."""
    return f"regexp_matches({quoted(column)}, '{HAS_OFFSET}')"


def naive_texts(column: str, kind: str, zone: str | None) -> str:
    """The condition of texts that are timestamps without an offset, where no zone is declared."""
    if kind != "VARCHAR" or zone is not None:
        return "false"
    return f"NOT {offset_in(column)} AND TRY_CAST({quoted(column)} AS TIMESTAMP) IS NOT NULL"


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
