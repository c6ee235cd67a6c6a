"""Warehouses: PostgreSQL and Spark count what DuckDB counts, and fail in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lensops.drift.calibrate import calibrate
from lensops.drift.check import check_monitor
from lensops.drift.engines.duckdb import DuckEngine
from lensops.drift.engines.warehouse import open_warehouse
from lensops.drift.results import DriftReport
from lensops.drift.windows import window_sources
from lensops.errors import RemoteFailed, UserError
from lensops.files import Folder
from support import sample
from support.cli import lensops
from support.drift import monitor
from support.repo import Repo
from support.warehouse import fill_postgres, postgres, spark

pytestmark = [
    pytest.mark.warehouse,
    pytest.mark.timeout(300),  # the first test starts a Java machine
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas"),
    pytest.mark.filterwarnings("ignore:fetch_arrow_table"),  # ibis calls it by its older name
    pytest.mark.filterwarnings("ignore:.*:ResourceWarning"),  # Py4J leaves sockets to the collector
]

ODD = 'sc"ore; DROP TABLE rows; --'
ROWS = """
SELECT i % 2 = 0 AS early,
    CASE i % 41 WHEN 0 THEN NULL WHEN 1 THEN 'nan'::DOUBLE WHEN 2 THEN 'inf'::DOUBLE
        WHEN 3 THEN '-inf'::DOUBLE WHEN 4 THEN 1.0 WHEN 5 THEN -0.2 WHEN 6 THEN 0.3
        ELSE (i * 7919 % 10007) / 10007 END AS "sc""ore; DROP TABLE rows; --",
    (i * 31 % 45)::INT AS days,
    (CASE i % 7 WHEN 0 THEN NULL ELSE i % 100 / 10 END)::DECIMAL(9, 2) AS price,
    ['gold', 'silver', 'it''s "odd" \\ ', 'ünïcode', NULL][1 + (i * 13 % 11 % 5)] AS tier,
    ['Hello there', '', '  ', NULL, '```py' || chr(10) || 'x```', '{"a": [1, 2]}', '{broken',
     'I’m sorry, but I cannot help.', 'As an AI language model, no', 'naïve  café' || chr(9) || 'c',
     '[1, 2]', 'scan it'][1 + (i * 17 % 13 % 12)] AS answer,
    TIMESTAMPTZ '2026-03-20 00:00:00+00' + to_minutes(i * 30) AS seen,
    TIMESTAMP '2026-03-20 00:00:00' + to_minutes(i * 30) AS local_seen,
    DATE '2026-03-01' + (i // 20)::INT AS day,
    'r' || (i % 3) AS region,
    [12345678, 1e20, 1e-7, 0, 2.5, 1e15, 1e16, -1.5e-4, 1.25e-10, -2.5e20, 2e-4][1 + i % 11]::DOUBLE
        AS large,
    (i % 97 / 10)::FLOAT AS narrow
FROM range(900) t(i)
"""
TYPES = {
    "early": "boolean", ODD: "double precision", "days": "integer", "price": "numeric(9, 2)",
    "tier": "text", "answer": "text", "seen": "timestamptz", "local_seen": "timestamp",
    "day": "date", "region": "text", "large": "double precision",
    "narrow": "real",
}  # fmt: skip
SIDES = {"baseline": {"where": {"early": True}}, "current": {"where": {"early": False}}}
DAYS = {"features": {"days": {}}}
BERLIN = {"time": "local_seen", "timezone": "Europe/Berlin"}
CASES: dict[str, dict[str, Any]] = {
    "every recipe": {
        **SIDES,
        "features": {
            "score": {"column": ODD, "range": [0, 1]},
            "deciles": {"column": ODD},
            "days": {"edges": [0, 7, 30]},
            "compat": {"column": ODD, "recipe": "evidently"},
            "price": {},
            "tier": {},
            "answer": {"kind": "text"},
        },
    },
    "by time": {
        **DAYS,
        "time": "seen",
        "baseline": {"from": "2026-03-21", "to": "2026-03-29T02:00:00+02:00"},
        "current": {"from": "2026-03-30"},
    },
    "across a change of the clock": {
        **DAYS,
        **BERLIN,
        "baseline": {"to": "2026-03-29T12:00:00"},
        "current": {"from": "2026-03-29T12:00:00", "to": "2026-04-02"},
    },
    "by days": {
        **DAYS,
        "time": "day",
        "timezone": "UTC",
        "baseline": {"from": "2026-03-02"},
        "current": {"last": "7d"},
    },
    "segments by a decimal": {**SIDES, **DAYS, "by": "price"},
    "segments by blank and padded texts": {**SIDES, **DAYS, "by": "answer"},
    "segments by numbers with NaN": {**SIDES, **DAYS, "by": ODD},
    "segments by large and small numbers": {**SIDES, **DAYS, "by": "large"},
    "numbers as categories": {
        **SIDES,
        "features": {
            "score": {"column": ODD, "kind": "category"},
            "large": {"kind": "category"},
            "price": {"kind": "category"},
            "seen": {"kind": "category"},
        },
    },
    "floats of 32 bits": {
        **SIDES,
        "features": {
            "narrow": {},
            "bands": {"column": "narrow", "edges": [0.1, 0.7, 5.3, 9.6]},
            "compat": {"column": "narrow", "recipe": "evidently"},
            "names": {"column": "narrow", "kind": "category"},
        },
        "where": {"narrow": {"min": 0.1, "max": 9.5}},
        "by": "narrow",
    },
    "segments and conditions": {
        **SIDES,
        **DAYS,
        "by": "region",
        "where": {
            "days": {"min": 3, "max": 40},
            "tier": ["gold", "silver"],
            "region": ["r0", "r2"],
        },
    },
}


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("warehouse") / "rows.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"SET TimeZone = 'UTC'; COPY ({ROWS}) TO '{path}' (FORMAT parquet)")
    return path


@pytest.fixture(scope="module")
def server(parquet: Path) -> Iterator[str]:
    """A PostgreSQL server that holds the rows."""
    with postgres() as url:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            texts = "SELECT COLUMNS(*)::VARCHAR FROM"
            rows = connection.execute(f"{texts} '{parquet}'").fetchall()
        fill_postgres(url, "rows", TYPES, rows)
        yield url


@pytest.fixture(scope="module", params=["postgres", "duckdb", "spark"])
def url(request: pytest.FixtureRequest, parquet: Path) -> Iterator[str]:
    """All warehouses, each with the rows in a table `rows`."""
    if request.param == "postgres":
        yield request.getfixturevalue("server")
        return
    if request.param == "duckdb":
        pytest.importorskip("ibis")
        file = parquet.with_suffix(".duckdb")
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"SET TimeZone = 'UTC'; CREATE TABLE rows AS FROM '{parquet}'")
        yield f"duckdb://{file}"
        return
    with spark() as session:
        session.read.parquet(str(parquet)).createOrReplaceTempView("rows")
        yield "pyspark://"


def in_warehouse(url: str, **keys: Any) -> DriftReport:
    engine = open_warehouse(url)
    try:
        return check_monitor("test", monitor(connection=url, table="rows", **keys), engine)
    finally:
        engine.close()


def in_file(parquet: Path, **keys: Any) -> DriftReport:
    declared = monitor(data=parquet.name, **keys)
    engine = DuckEngine(Folder(parquet.parent), window_sources(declared))
    try:
        return check_monitor("test", declared, engine)
    finally:
        engine.close()


@pytest.mark.parametrize("name", CASES)
def test_a_warehouse_counts_what_duckdb_counts(url: str, parquet: Path, name: str) -> None:
    """Counts, and so everything that follows from them: figures, causes, dates, segments."""
    assert in_warehouse(url, **CASES[name]) == in_file(parquet, **CASES[name])


def test_windows_for_calibration_are_those_of_duckdb(url: str, parquet: Path) -> None:
    keys = {
        **DAYS,
        "time": "seen",
        "baseline": {"to": "2026-04-06"},
        "current": {"from": "2026-04-06", "to": "2026-04-07"},
    }
    warehouse = open_warehouse(url)
    declared = monitor(data=parquet.name, **keys)
    files = DuckEngine(Folder(parquet.parent), window_sources(declared))
    try:
        found = calibrate("m", monitor(connection=url, table="rows", **keys), warehouse)
        assert found == calibrate("m", declared, files)
    finally:
        warehouse.close()
        files.close()


def test_evenly_taken_values_are_the_same_on_every_run(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lensops.drift.prepare.EXACT", 10)
    monkeypatch.setattr("lensops.drift.prepare.EVEN", 150)
    first, second = (in_warehouse(url, **SIDES, **DAYS).features[0] for _ in range(2))
    assert first == second
    assert sum(first.baseline_counts) == 450
    edges = [float(edge) for edge in first.edges]
    assert edges == pytest.approx([4.5, 9, 13.5, 18, 22.5, 27, 31.5, 36, 40.5], abs=1)


BAD: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "wrong table": ({"table": "row"}, "there is no table 'row'", "did you mean 'rows'"),
    "a table of SQL": ({"table": 'rows"; DROP TABLE rows; --'}, "names no table", "schema.table"),
    "wrong column": ({"features": {"dais": {}}}, "no column 'dais'", "did you mean 'days'"),
    "no zone": ({"time": "local_seen"}, "do not say their time zone", "timezone: UTC"),
    "texts as times": ({"time": "tier"}, "holds no timestamps", "cast texts"),
    "texts as numbers": ({"features": {"tier": {"kind": "number"}}}, "no numbers", "in a view"),
    "times as numbers": ({"features": {"seen": {}}}, "holds timestamps", None),
    "text and number": ({"where": {"tier": 3}}, "compared with texts", "quotes"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_a_clear_error(server: str, kind: str) -> None:
    keys, message, hint = BAD[kind]
    declared = monitor(**{"connection": server, "table": "rows", **SIDES, **DAYS, **keys})
    engine = open_warehouse(server)
    try:
        with pytest.raises(UserError, match=message) as error:
            check_monitor("test", declared, engine)
        assert hint is None or hint in (error.value.hint or "")
        assert in_warehouse(server, **SIDES, **DAYS).n_current == 450
    finally:
        engine.close()


def test_a_window_without_rows_is_no_ok(server: str) -> None:
    report = in_warehouse(
        server, **DAYS, baseline=SIDES["baseline"], current={"where": {"days": 99}}
    )
    assert (report.n_current, report.features[0].psi) == (0, None)


@pytest.mark.parametrize("url", ["sqlite://x", "file:///etc/passwd", "postgres"])
def test_files_and_unknown_kinds_are_no_warehouses(url: str) -> None:
    with pytest.raises(UserError, match="no warehouse"):
        open_warehouse(url)


@pytest.mark.parametrize(
    "url",
    [
        "pyspark://?spark.master=local[2]&spark.jars=http://example.org/x.jar",
        "pyspark://?spark.driver.extraJavaOptions=-javaagent:x.jar",
        "postgres://me@127.0.0.1/db?passfile=/home/me/.pgpass",
        "snowflake://me@account/db?create_object_udfs=",
    ],
)
def test_a_manifest_cannot_load_code_or_files_by_a_connection(url: str) -> None:
    with pytest.raises(UserError, match="may load code or read files"):
        open_warehouse(url)


def test_a_server_that_is_not_there_is_said_without_secrets() -> None:
    pytest.importorskip("ibis")
    with pytest.raises(RemoteFailed, match="cannot be reached") as error:
        open_warehouse(
            "postgres://me:hunter22@127.0.0.1:1/db", lambda text: text.replace("127.0.0.1", "HOST")
        )
    assert "hunter22" not in str(error.value)
    assert "HOST" in str(error.value)


MONITOR = """
drift:
  usage:
    connection: ${LENSOPS_TEST_WAREHOUSE}
    table: public.rows
    baseline: {where: {early: true}}
    current: {where: {early: false}}
    profile: drift/usage.profile.json
    features:
      days: {}
      tier: {}
"""


def test_the_command_counts_in_a_warehouse(
    project: Repo, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.root / "lensops.yaml").write_text(sample.files()["lensops.yaml"] + MONITOR)
    unset = lensops("drift", cwd=project.root)
    assert unset.code == 2
    assert "${LENSOPS_TEST_WAREHOUSE} is not set" in unset.err
    monkeypatch.setenv("LENSOPS_TEST_WAREHOUSE", server)
    result = lensops("drift", "--format", "json", cwd=project.root)
    assert result.code == 0, result.err
    assert result.json["monitors"][0]["n_current"] == 450
    assert lensops("drift", "profile", cwd=project.root).code == 0
    again = lensops("drift", "--format", "json", cwd=project.root).json
    assert again["monitors"] == result.json["monitors"]


def test_blocks_of_rows_have_no_meaning_in_a_table(server: str) -> None:
    engine = open_warehouse(server)
    try:
        with pytest.raises(UserError, match="no order"):
            calibrate("m", monitor(connection=server, table="rows", **SIDES, **DAYS), engine)
    finally:
        engine.close()


def test_an_hour_is_an_hour_whatever_the_session_zone(server: str, parquet: Path) -> None:
    keys = {**DAYS, "time": "seen", "baseline": {"to": "2026-04-01"}, "current": {"last": "24h"}}
    found = in_warehouse(server, **keys)
    assert found.n_current == timedelta(hours=24) // timedelta(minutes=30)
    assert found == in_file(parquet, **keys)


def test_a_duckdb_file_of_the_project_is_a_warehouse(project: Repo, parquet: Path) -> None:
    pytest.importorskip("ibis")
    manifest = sample.files()["lensops.yaml"] + MONITOR.replace(
        "${LENSOPS_TEST_WAREHOUSE}", "duckdb://data/w.duckdb"
    ).replace("public.rows", "rows")
    (project.root / "lensops.yaml").write_text(manifest)
    (project.root / "data").mkdir(exist_ok=True)
    with duckdb.connect(str(project.root / "data/w.duckdb")) as connection:
        connection.execute(f"CREATE TABLE rows AS SELECT * FROM '{parquet}'")
    result = lensops("drift", "--format", "json", cwd=project.root)
    assert result.code in {0, 1, 3}, result.err
    assert result.json["monitors"][0]["n_baseline"] > 0
    for path in ("/etc/passwd", "../w.duckdb", "absent.duckdb"):
        other = manifest.replace("data/w.duckdb", path)
        (project.root / "lensops.yaml").write_text(other)
        assert lensops("drift", cwd=project.root).code == 2


def test_a_run_sees_one_state_of_a_table(server: str) -> None:
    import psycopg

    from lensops.drift.engine import Rows

    with psycopg.connect(server, autocommit=True) as other:
        other.execute("CREATE TABLE growing AS SELECT 1 AS x FROM generate_series(1, 100)")
        engine = open_warehouse(server, tables=["growing"])
        first = engine.extremes(Rows(("growing",))).rows
        other.execute("INSERT INTO growing SELECT 2 FROM generate_series(1, 50)")
        assert (first, engine.extremes(Rows(("growing",))).rows) == (100, 100)
        engine.close()
        again = open_warehouse(server, tables=["growing"])
        assert again.extremes(Rows(("growing",))).rows == 150
        again.close()
        other.execute("DROP TABLE growing")
