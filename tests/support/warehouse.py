"""Warehouses for tests: a PostgreSQL server of their own, and Spark in local mode."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PLACES = ("/usr/local/bin", "/usr/lib/postgresql/*/bin")


def _binary(name: str) -> str | None:
    if found := shutil.which(name):
        return found
    return next((str(p) for p in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), None)


def _as_owner(command: list[str]) -> None:
    """Run as `nobody` when the tests run as root: PostgreSQL refuses to be root's."""
    root = os.geteuid() == 0
    user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if root else {}
    subprocess.run(command, check=True, capture_output=True, timeout=60, cwd="/tmp", **user)  # type: ignore[call-overload]  # keys are checked by subprocess


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a new, empty server. Skips where PostgreSQL or its driver is not installed."""
    initdb, control = _binary("initdb"), _binary("pg_ctl")
    if initdb is None or control is None:
        pytest.skip("no PostgreSQL on this machine")
    pytest.importorskip("ibis")
    pytest.importorskip("psycopg")
    with tempfile.TemporaryDirectory(prefix="lensops-pg-", dir="/tmp") as folder:
        Path(folder).chmod(0o777)
        data, port = f"{folder}/data", _free_port()
        _as_owner([initdb, "-D", data, "-U", "lens", "-A", "trust", "--no-sync", "-E", "UTF8"])
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        _as_owner([control, "-D", data, "-o", options, "-l", f"{folder}/log", "-w", "start"])
        try:
            yield f"postgres://lens@127.0.0.1:{port}/postgres"
        finally:
            _as_owner([control, "-D", data, "-m", "immediate", "-w", "stop"])


@contextmanager
def spark() -> Iterator[Any]:
    """A running Spark session with two workers. Skips where PySpark or Java is not installed."""
    if shutil.which("java") is None:
        pytest.skip("no Java on this machine")
    pytest.importorskip("ibis")
    sql = pytest.importorskip("pyspark.sql")
    quiet = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",  # two workers share each statement
        "spark.sql.codegen.wholeStage": "false",  # compiling costs more than so few rows
        "spark.sql.adaptive.enabled": "false",
    }
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in quiet.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


def fill_postgres(
    url: str, name: str, types: Mapping[str, str], rows: list[tuple[Any, ...]]
) -> None:
    """A table with these columns and rows."""
    import psycopg
    from psycopg import sql

    columns = [sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(t)) for c, t in types.items()]  # type: ignore[arg-type]  # types are literals of the tests
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        made = sql.SQL("CREATE TABLE {} ({})")
        cursor.execute(made.format(sql.Identifier(name), sql.SQL(", ").join(columns)))
        with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
            for row in rows:
                copy.write_row(row)
