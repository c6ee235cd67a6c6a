"""A server that ibis knows: its tables, what a statement gives, and how it is left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ibis

ROWS = 100_000  # of one batch


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
