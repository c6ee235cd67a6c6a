"""PostgreSQL: one transaction that reads one state, and types of its own as plain ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lensops.drift.engines.warehouse import server
from lensops.drift.engines.warehouse.server import ROWS, Server

BEGIN = (
    "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL TIME ZONE 'UTC'",  # in which timestamps are written as texts
)
OWN_TYPES = """
    SELECT attname, typcategory FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
    WHERE attrelid = %s::regclass AND attnum > 0 AND typtype IN ('d', 'e')
"""  # domains and enumerations, with the category of their values


class Postgres(Server):
    """All statements in one transaction that reads one state: rows that come meanwhile do not."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._began = False

    def table(self, places: tuple[str, ...], name: str) -> Any:
        """A table whose domains are numbers and whose enumerations are texts.

        ibis knows no domain, and takes an enumeration for a text, which it is not in calls.
        """
        table = super().table(places, name)
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in (*places, name))
        with self.connection.con.cursor() as cursor:
            kinds = dict(cursor.execute(OWN_TYPES, [quoted]).fetchall())
        plain = {
            column: table[column].cast("string").cast("float64")  # what a domain of `real` means
            if category == "N"
            else table[column].cast("string").concat("")
            for column, category in kinds.items()
            if category in {"N", "E", "S"}
        }
        return table.mutate(**plain) if plain else table

    def batches(self, statement: Any) -> Iterable[Any]:
        try:
            yield from self._read(statement)
        except Exception:
            self._began = False  # the transaction is broken, and so is what it saw
            raise

    def _begin(self) -> None:
        driver = self.connection.con
        driver.rollback()
        driver.autocommit = True
        with driver.cursor() as cursor:
            for command in BEGIN:
                cursor.execute(command)
        self._began = True

    def _read(self, statement: Any) -> Iterable[Any]:
        import pyarrow

        sql = self.connection.compile(statement)
        if not self._began:
            self._begin()
        schema = statement.as_table().schema().to_pyarrow()
        with self.connection.con.cursor(name="lensops") as cursor:
            cursor.execute(sql)
            while rows := cursor.fetchmany(ROWS):
                columns = [list(column) for column in zip(*rows, strict=True)]
                arrays = [
                    pyarrow.array(column).cast(field.type)
                    for column, field in zip(columns, schema, strict=True)
                ]
                yield pyarrow.record_batch(arrays, schema=schema)


def connect(url: str) -> Postgres:
    """The server behind a URL such as `postgres://user@host/database`."""
    return Postgres(server.connect(url).connection)
