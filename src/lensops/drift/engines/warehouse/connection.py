"""Connect to a warehouse by its URL, and say in words what drivers say in their own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from lensops.errors import RemoteFailed, UserError

if TYPE_CHECKING:
    from lensops.drift.engines.warehouse.engine import WarehouseEngine
    from lensops.drift.engines.warehouse.server import Server

Clean = Callable[[str], str]  # takes secrets out of a text

SERVERS: tuple[str, ...] = (
    "athena",
    "bigquery",
    "clickhouse",
    "databricks",
    "exasol",
    "impala",
    "mssql",
    "mysql",
    "oracle",
    "postgres",
    "postgresql",
    "pyspark",
    "risingwave",
    "snowflake",
    "trino",
)  # engines of files on this machine are left out: files are read without a connection
MOST = 300  # characters of what a driver says


def open_warehouse(url: str, clean: Clean = str) -> WarehouseEngine:
    """The engine behind a URL such as `postgres://user@host/database`.

    `clean` takes secrets out of what drivers say. Raises `UserError` for an unknown kind of URL
    or without the extra `lensops[warehouse]`, `RemoteFailed` when the server does not answer.
    """
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in SERVERS:
        hint = f"a connection is a URL that begins with one of: {', '.join(SERVERS)}"
        raise UserError("`connection` names no warehouse that lensops can count on", hint)
    try:
        from lensops.drift.engines.warehouse.engine import WarehouseEngine
    except ImportError:
        hint = "install it with `pip install 'lensops[warehouse]'`"
        raise UserError("counting in a warehouse needs an extra", hint) from None
    said = Said(scheme, clean)
    with said.connecting():
        server = _server(scheme, url)
    return WarehouseEngine(server, said)


class Said:
    """Every driver has errors of its own: they become ours, short and without secrets."""

    def __init__(self, scheme: str, clean: Clean) -> None:
        self.scheme, self.clean = scheme, clean

    @contextlib.contextmanager
    def connecting(self) -> Iterator[None]:
        try:
            yield
        except ImportError as error:
            words = f"the driver for {self.scheme} is not installed ({self.words(error)})"
            hint = f"install it with `pip install 'ibis-framework[{self.scheme}]'`"
            raise UserError(words, hint) from None
        except Exception as error:  # noqa: BLE001  # drivers share no class of errors
            words = f"{self.scheme} cannot be reached: {self.words(error)}"
            raise RemoteFailed(words, "see `connection` of the monitor") from None

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001  # drivers share no class of errors
            raise UserError(f"{self.scheme} cannot count this: {self.words(error)}") from None

    def words(self, error: Exception) -> str:
        """The first line of what a driver said."""
        lines = str(error).strip().splitlines() or [type(error).__name__]
        return self.clean(lines[0])[:MOST]


def _server(scheme: str, url: str) -> Server:
    from lensops.drift.engines.warehouse import server

    if scheme != "pyspark":
        return server.connect(url)
    from lensops.drift.engines.warehouse import spark  # its driver is not part of the extra

    return spark.connect(url)
