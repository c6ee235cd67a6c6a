"""PostgreSQL: one state a run, types and names of its own, and what goes wrong midway."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lensops.drift.check import check_monitor
from lensops.drift.engines.warehouse import open_warehouse
from lensops.drift.results import DriftReport
from lensops.errors import RemoteFailed, Stale, UserError
from support import sample
from support.cli import lensops
from support.drift import monitor
from support.repo import Repo
from support.warehouse import postgres

pytestmark = [pytest.mark.warehouse, pytest.mark.timeout(300)]

SIDES = {"baseline": {"where": {"early": True}}, "current": {"where": {"early": False}}}
TABLES = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN points AS integer CHECK (value >= 0);
CREATE TABLE rows AS SELECT i % 2 = 0 AS early, i AS n, (i % 5)::points AS points,
    (ARRAY['sad', 'ok'])[1 + i % 2]::mood AS mood, ARRAY[i] AS list, '{}'::jsonb AS json,
    'x'::bytea AS bytes, (i % 10)::money AS price, int4range(1, i + 2) AS stretch,
    (i % 9 + 0.5)::numeric(38, 10) AS exact, md5((i % 7)::text)::uuid AS id,
    (CASE i % 10 / 2 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' ELSE '3' END)::numeric AS odd,
    NULL::float8 AS nothing, 1 AS "select", 2 AS "x.y", 3 AS "it's ""%s"" {ü} $1 ?"
    FROM generate_series(1, 200) i;
CREATE VIEW seen AS SELECT * FROM rows;
CREATE TABLE empty AS SELECT * FROM rows WHERE false;
CREATE SCHEMA "My.Schema"; CREATE TABLE "My.Schema"."SELECT" AS SELECT * FROM rows;
CREATE TABLE closed AS SELECT * FROM rows;
CREATE VIEW slow AS SELECT early, n, pg_sleep(0.01)::text AS text FROM rows;
CREATE VIEW broken AS SELECT early, n, 1 / (n - 50) AS ratio FROM rows;
CREATE ROLE reader LOGIN; GRANT SELECT ON rows, seen, slow TO reader;
ALTER ROLE reader SET statement_timeout = '50ms'; ALTER ROLE reader SET timezone = 'Asia/Tokyo';
CREATE SEQUENCE steps;
CREATE VIEW grows AS SELECT * FROM rows WHERE n <= 100 + 10 * (SELECT nextval('steps'))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        execute(url, TABLES)
        yield url


def execute(url: str, statements: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements)  # type: ignore[call-overload]  # literals of the tests


def count(url: str, table: str = "rows", **keys: Any) -> DriftReport:
    engine = open_warehouse(url)
    try:
        return check_monitor("m", monitor(connection=url, table=table, **SIDES, **keys), engine)
    finally:
        engine.close()


def as_role(url: str, role: str) -> str:
    return url.replace("lens@", f"{role}@")


def test_rows_that_come_meanwhile_are_in_no_count(server: str) -> None:
    """One state from the first statement to the last, while another connection inserts."""
    execute(server, "CREATE TABLE live AS SELECT early, n FROM rows")
    done = threading.Event()

    def insert() -> None:
        import psycopg

        with psycopg.connect(server, autocommit=True) as connection:
            while not done.is_set():
                connection.execute("INSERT INTO live SELECT early, 500 FROM rows")

    writer = threading.Thread(target=insert)
    writer.start()
    try:
        report = count(server, "live", features={"n": {}, "c": {"column": "n", "kind": "category"}})
    finally:
        done.set()
        writer.join()
        execute(server, "DROP TABLE live")
    for feature in report.features:
        assert sum(feature.baseline_counts) == report.n_baseline
        assert sum(feature.current_counts) == report.n_current
    assert report.n_baseline == report.n_current  # each insert brings as many of both


def test_counts_that_do_not_agree_end_the_run(server: str) -> None:
    """Where an engine has no snapshot: here a view that grows with each look, read without one."""
    from lensops.drift.engines.warehouse.driver_errors import DriverErrors
    from lensops.drift.engines.warehouse.engine import WarehouseEngine
    from lensops.drift.engines.warehouse.server import connect

    engine = WarehouseEngine(connect(server), DriverErrors("postgres", str))
    declared = monitor(connection=server, table="grows", **SIDES, features={"n": {}})
    try:
        with pytest.raises(Stale, match="changed while it was read"):
            check_monitor("m", declared, engine)
    finally:
        engine.close()


def test_a_run_takes_few_statements(server: str) -> None:
    """However many features: windows, samples and counts are one statement each."""
    from lensops.drift.engines.warehouse.driver_errors import DriverErrors
    from lensops.drift.engines.warehouse.engine import WarehouseEngine
    from lensops.drift.engines.warehouse.postgres import Postgres, connect

    class Counted(Postgres):
        statements = 0

        def batches(self, statement: Any) -> Iterable[Any]:
            self.statements += 1
            return super().batches(statement)

    counted = Counted(connect(server).connection)
    features = {f"n{at}": {"column": "n"} for at in range(12)}
    features |= {f"c{at}": {"column": "mood"} for at in range(11)}
    engine = WarehouseEngine(counted, DriverErrors("postgres", str))
    try:
        check_monitor(
            "m", monitor(connection=server, table="rows", **SIDES, features=features), engine
        )
    finally:
        engine.close()
    assert counted.statements <= 9


KINDS: dict[str, tuple[dict[str, Any], str]] = {
    "list": ({}, "holds lists, objects or bytes"),
    "json": ({}, "holds lists, objects or bytes"),
    "bytes": ({"kind": "category"}, "holds lists, objects or bytes"),
    "stretch": ({}, "a type that lensops does not know"),
    "price": ({}, "cannot cast type money"),
    "mood": ({"kind": "number"}, "holds no numbers"),
    "id": ({"kind": "number"}, "holds no numbers"),
}


@pytest.mark.parametrize("column", KINDS)
def test_a_column_that_cannot_be_counted_is_named(server: str, column: str) -> None:
    feature, problem = KINDS[column]
    with pytest.raises(UserError, match=f"column '{column}'.*{problem}") as error:
        count(server, features={"n": {}, column: feature})
    assert error.value.hint


def test_types_of_its_own_are_counted_as_what_they_hold(server: str) -> None:
    features = {"points": {}, "mood": {}, "exact": {}, "id": {}, "odd": {}, "nothing": {}}
    found = {item.name: item for item in count(server, features=features).features}
    assert (found["points"].kind, found["mood"].kind) == ("number", "category")
    assert found["points"].labels == ("= 0", "= 1", "= 2", "= 3", "= 4")
    assert found["exact"].labels[0] == "= 0.5"
    assert found["odd"].labels == ("= 3", "infinite", "missing")
    assert found["nothing"].psi is None
    text = count(server, features={"mood": {"kind": "text"}})
    assert text.features[0].labels == ("= 3", "below 3")  # characters of `sad` and `ok`


@pytest.mark.parametrize("column", ["select", "x.y", 'it\'s "%s" {ü} $1 ?'])
def test_any_name_of_a_column_is_a_name(server: str, column: str) -> None:
    report = count(server, features={"f": {"column": column}}, by=column)
    assert sum(report.features[0].current_counts) == 100


@pytest.mark.parametrize("table", ["seen", "public.rows", '"My.Schema"."SELECT"', '"rows"'])
def test_tables_views_and_odd_names_are_read(server: str, table: str) -> None:
    assert count(server, table, features={"n": {}}).n_current == 100


MISSING = {
    "nope.rows": "there is no schema 'nope'",
    "row": "did you mean 'rows'",
    "public.row": "did you mean 'rows'",
    "x..y": 'a table is written `table`, `schema.table`, or `"my.schema".table`',
    'rows"; DROP TABLE rows; --': 'a table is written `table`, `schema.table`, or `"my.schema"',
}


@pytest.mark.parametrize("table", MISSING)
def test_what_is_wrong_of_a_name_is_said(server: str, table: str) -> None:
    with pytest.raises(UserError, match="table") as error:
        count(server, table, features={"n": {}})
    assert MISSING[table] in (error.value.hint or "")


def test_an_empty_table_is_no_ok(server: str) -> None:
    report = count(server, "empty", features={"n": {}})
    assert (report.n_baseline, report.features[0].psi) == (0, None)


@pytest.mark.parametrize("value", ["1 OR 1=1", "'; DROP TABLE rows; --", "' || (SELECT 1) || '"])
def test_values_of_conditions_are_values(server: str, value: str) -> None:
    keys = {**SIDES, "current": {"where": {"n": value}}}
    engine = open_warehouse(server)
    declared = monitor(connection=server, table="rows", **keys, features={"points": {}})
    try:
        assert check_monitor("m", declared, engine).n_current == 0
    finally:
        engine.close()
    assert count(server, features={"n": {}}).n_current == 100


def test_what_may_not_be_read_is_said(server: str) -> None:
    with pytest.raises(UserError, match="permission denied for table closed"):
        count(as_role(server, "reader"), "closed", features={"n": {}})
    assert count(as_role(server, "reader"), features={"n": {}}).n_current == 100


def test_a_statement_that_takes_too_long_is_no_lost_connection(server: str) -> None:
    with pytest.raises(RemoteFailed, match="stopped a statement") as error:
        count(as_role(server, "reader"), "slow", features={"text": {}})
    assert "let it take longer" in (error.value.hint or "")


def test_a_row_that_cannot_be_computed_names_its_column(server: str) -> None:
    with pytest.raises(UserError, match=r"column 'ratio'.*division by zero"):
        count(server, "broken", features={"n": {}, "ratio": {}})


@contextmanager
def cut_after(url: str, answers: int) -> Iterator[str]:
    """The URL of a proxy on loopback that drops every connection after so many bytes of answers."""
    host, _, port = url.rpartition("@")[2].partition("/")[0].partition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, (host, int(port)), answers)).start()
        yield url.replace(f"{host}:{port}", f"127.0.0.1:{listener.getsockname()[1]}")
        listener.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket, server: tuple[str, int], answers: int) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        upstream = socket.create_connection(server)
        sent = threading.Thread(target=_pass_on, args=(client, upstream, 1 << 40))
        sent.start()
        _pass_on(upstream, client, answers)
        sent.join()
        client.close()
        upstream.close()


def _pass_on(source: socket.socket, sink: socket.socket, limit: int) -> None:
    """Bytes of one side to the other, up to a limit; then neither hears of the other again."""
    try:
        while limit > 0 and (data := source.recv(min(limit, 4096))):
            sink.sendall(data)
            limit -= len(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue


MANIFEST = """
drift:
  usage:
    connection: ${LENSOPS_TEST_WAREHOUSE}
    table: rows
    baseline: {where: {early: true}}
    current: {where: {early: false}}
    features: {n: {}}
"""


@pytest.mark.parametrize("answers", [200, 2_500, 5_000])
def test_a_connection_lost_midway_ends_with_5(
    project: Repo, server: str, monkeypatch: pytest.MonkeyPatch, answers: int
) -> None:
    """At once, while tables are looked up, while it counts: in lensops' words, without a trace."""
    (project.root / "lensops.yaml").write_text(sample.files()["lensops.yaml"] + MANIFEST)
    with cut_after(as_role(server, "reader"), answers) as url:
        monkeypatch.setenv("LENSOPS_TEST_WAREHOUSE", url)
        result = lensops("drift", "--monitor", "usage", cwd=project.root)
    assert result.code == 5, result.err
    assert "Traceback" not in result.err
    assert "reader" not in result.err


def test_a_backend_that_is_ended_is_a_lost_connection(server: str) -> None:
    engine = open_warehouse(server, tables=["rows"])
    execute(
        server,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
    declared = monitor(connection=server, table="rows", **SIDES, features={"n": {}})
    with pytest.raises(RemoteFailed, match="the connection to postgres was lost"):
        check_monitor("m", declared, engine)
    engine.close()
