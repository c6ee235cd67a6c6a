"""Connect to a warehouse by its URL, and say in words what drivers say in their own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from lensops.errors import RemoteFailed, UserError

if TYPE_CHECKING:
    from lensops.drift.engines.warehouse.engine import WarehouseEngine
    from lensops.drift.engines.warehouse.server import Server

Clean = Callable[[str], str]  # takes secrets out of a text

_SPARK = (
    "spark.app.name",
    "spark.driver.memory",
    "spark.executor.memory",
    "spark.master",
    "spark.remote",
    "spark.sql.catalogImplementation",
    "spark.sql.defaultCatalog",
    "spark.sql.shuffle.partitions",
    "spark.sql.warehouse.dir",
    "spark.ui.enabled",
)
_POSTGRES = ("application_name", "connect_timeout", "sslmode")
SERVERS: dict[str, tuple[str, ...]] = {
    "bigquery": ("location",),
    "clickhouse": ("secure",),
    "databricks": ("catalog", "http_path", "schema", "server_hostname"),
    "postgres": _POSTGRES,
    "postgresql": _POSTGRES,
    "pyspark": _SPARK,
    "snowflake": ("role", "warehouse"),
    "trino": ("source",),
}  # with the parameters that a manifest may set: others load code, or read files of the machine
MOST = 300  # characters of what a driver says


def open_warehouse(url: str, clean: Clean = str) -> WarehouseEngine:
    """The engine behind a URL such as `postgres://user@host/database`.

    `clean` takes secrets out of what drivers say. Raises `UserError` for an unknown kind of URL
    or without the extra `lensops[warehouse]`, `RemoteFailed` when the server does not answer.
    """
    scheme = _checked(url)
    try:
        from lensops.drift.engines.warehouse.engine import WarehouseEngine
    except ImportError:
        hint = "install it with `pip install 'lensops[warehouse]'`"
        raise UserError("counting in a warehouse needs an extra", hint) from None
    said = Said(scheme, clean)
    with said.connecting():
        server = _server(scheme, url)
    return WarehouseEngine(server, said)


def _checked(url: str) -> str:
    """The kind of server. A manifest comes from whoever opens a pull request: it runs nothing."""
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in SERVERS:
        hint = f"a connection is a URL that begins with one of: {', '.join(SERVERS)}"
        raise UserError("`connection` names no warehouse that lensops can count on", hint)
    try:
        query = urlsplit(url).query
    except ValueError:  # its words would hold the password
        words = "`connection` is no sound URL"
        raise UserError(words, "percent-encode what is special in user and password") from None
    for name, _ in parse_qsl(query, keep_blank_values=True):
        if name not in SERVERS[scheme]:
            words = f"`connection` cannot set {name!r}: it may load code or read files"
            allowed = ", ".join(SERVERS[scheme])
            hint = f"set it where the server's driver is configured; here: {allowed}"
            raise UserError(words, hint)
    return scheme


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
