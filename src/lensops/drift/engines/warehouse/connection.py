"""Connect to a warehouse by its URL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from lensops.drift.engines.warehouse.driver_errors import Clean, DriverErrors
from lensops.errors import UserError

if TYPE_CHECKING:
    from lensops.drift.engines.warehouse.engine import WarehouseEngine
    from lensops.drift.engines.warehouse.server import Server

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
    "duckdb": (),
    "databricks": ("catalog", "http_path", "schema", "server_hostname"),
    "postgres": _POSTGRES,
    "postgresql": _POSTGRES,
    "pyspark": _SPARK,
    "snowflake": ("role", "warehouse"),
    "trino": ("source",),
}  # with the parameters that a manifest may set: others load code, or read files of the machine


def open_warehouse(url: str, clean: Clean = str, tables: Sequence[str] = ()) -> WarehouseEngine:
    """The engine behind a URL such as `postgres://user@host/database`.

    `clean` takes secrets out of drivers' messages. `tables` are looked up before anything counts,
    so that one transaction can hold all that is. Raises `UserError` for an unknown kind of URL
    or without the extra `lensops[warehouse]`, `RemoteFailed` when the server does not answer.
    """
    scheme = _scheme(url)
    try:
        from lensops.drift.engines.warehouse.engine import WarehouseEngine
    except ImportError:
        hint = "install it with `pip install 'lensops[warehouse]'`"
        raise UserError("counting in a warehouse needs an extra", hint) from None
    errors = DriverErrors(scheme, clean)
    with errors.connecting():
        server = _server(scheme, url)
    engine = WarehouseEngine(server, errors)
    engine.open_tables(tables)
    return engine


def _scheme(url: str) -> str:
    """The kind of server. A manifest comes from whoever opens a pull request: it runs nothing."""
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in SERVERS:
        hint = f"a connection is a URL that begins with one of: {', '.join(SERVERS)}"
        raise UserError("`connection` names no warehouse that lensops can count on", hint)
    try:
        query = urlsplit(url).query
    except ValueError:  # its message would hold the password
        problem = "`connection` is no sound URL"
        raise UserError(problem, "percent-encode what is special in user and password") from None
    for name, _ in parse_qsl(query, keep_blank_values=True):
        if name not in SERVERS[scheme]:
            problem = f"`connection` cannot set {name!r}: it may load code or read files"
            allowed = ", ".join(SERVERS[scheme])
            hint = f"set it where the server's driver is configured; here: {allowed}"
            raise UserError(problem, hint)
    return scheme


def _server(scheme: str, url: str) -> Server:
    from lensops.drift.engines.warehouse import postgres, server

    if scheme in {"postgres", "postgresql"}:
        return postgres.connect(url)
    if scheme == "duckdb":
        return server.connect_duckdb(url.partition("://")[2])
    if scheme != "pyspark":
        return server.connect(url)
    from lensops.drift.engines.warehouse import spark  # its driver is not part of the extra

    return spark.connect(url)
