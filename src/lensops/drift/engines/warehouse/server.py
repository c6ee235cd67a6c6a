"""A server that ibis knows: its tables by the manifest's names, and what a statement gives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import ibis

from lensops.drift.engines.warehouse.driver_errors import DriverErrors
from lensops.errors import UserError
from lensops.manifest import suggestion

ROWS = 100_000  # of one batch
_PART = r'(?:"(?:[^"]|"")+"|[^".]+)'
_PARTS = re.compile(_PART)
_NAME = re.compile(rf"{_PART}(?:\.{_PART})*")
FORMS = 'a table is written `table`, `schema.table`, or `"my.schema".table`'


SETTINGS: dict[str, dict[str, Any]] = {
    "snowflake": {"create_object_udfs": False},  # a check creates nothing in a database
}


class Server:
    """One connection, through which nothing is written."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    @property
    def name(self) -> str:
        """What ibis calls this kind of server."""
        return str(self.connection.name)

    def table(self, places: tuple[str, ...], name: str) -> Any:
        """A table of the current schema, or of the one that `places` name."""
        return self.connection.table(name, database=places or None)

    def tables(self, places: tuple[str, ...] = ()) -> list[str]:
        return list(self.connection.list_tables(database=places or None))

    def schemas(self) -> list[str]:
        return list(self.connection.list_databases())

    def batches(self, statement: Any) -> Iterable[Any]:
        """The result of a statement as Arrow batches, as they arrive."""
        return statement.to_pyarrow_batches(chunk_size=ROWS)  # type: ignore[no-any-return]  # ibis has no types here

    def close(self) -> None:
        self.connection.disconnect()


class Duck(Server):
    """A DuckDB database: its results are read as tables, which every version of it gives."""

    def batches(self, statement: Any) -> Iterable[Any]:
        result = self.connection.con.sql(self.connection.compile(statement))
        table = result.to_arrow_table()
        return table.to_batches(max_chunksize=ROWS)  # type: ignore[no-any-return]  # pyarrow has no types here


def connect_duckdb(path: str) -> Duck:
    """A DuckDB file, or a database at MotherDuck (`md:name`); nothing else is opened through it."""
    if path.startswith("md:"):
        return Duck(ibis.duckdb.connect(path))
    connection = ibis.duckdb.connect(path, read_only=True)
    connection.raw_sql("SET enable_external_access = false")
    return Duck(connection)


def connect(url: str) -> Server:
    """The server behind a URL that ibis reads."""
    return Server(ibis.connect(url, **SETTINGS.get(url.partition("://")[0], {})))


def name_parts(name: str) -> tuple[str, ...]:
    """The parts of a table's name, unquoted. Raises `UserError` for what is no name."""
    if not _NAME.fullmatch(name):
        raise UserError(f"`table: {name}` names no table", FORMS)
    return tuple(_unquoted(part) for part in _PARTS.findall(name))


def open_table(name: str, server: Server, errors: DriverErrors) -> Any:
    """The table of a name. Raises `UserError` when there is none, or none that may be read."""
    *places, table = name_parts(name)
    try:
        return server.table(tuple(places), table)
    except Exception as error:  # noqa: BLE001  # drivers share no class of errors
        said = errors.first_line(error)
        reason = f" ({said})" if said.strip("\"'") not in {name, table} else ""
        problem = f"there is no table {name!r} that can be read{reason}"
        raise UserError(problem, _near(places, table, server)) from None


def _near(places: list[str], table: str, server: Server) -> str:
    """What may be meant."""
    try:
        if places and places[-1] not in (schemas := server.schemas()):
            hint = suggestion(places[-1], schemas)
            return f"there is no schema {places[-1]!r}" + (f"; {hint}" if hint else "")
        others = [name for name in server.tables(tuple(places)) if name != table]
        return suggestion(table, others) or FORMS
    except Exception:  # noqa: BLE001  # a hint; the problem itself is known already
        return FORMS


def _unquoted(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.strip()
