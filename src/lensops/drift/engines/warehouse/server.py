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

    def tables(self) -> list[str]:
        return list(self.connection.list_tables())

    def batches(self, statement: Any) -> Iterable[Any]:
        """The result of a statement as Arrow batches, as they arrive."""
        return statement.to_pyarrow_batches(chunk_size=ROWS)  # type: ignore[no-any-return]  # ibis has no types here

    def close(self) -> None:
        self.connection.disconnect()


def connect(url: str) -> Server:
    """The server behind a URL that ibis reads."""
    return Server(ibis.connect(url, **SETTINGS.get(url.partition("://")[0], {})))
