"""Warehouses that are not here: each statement can at least be written in their SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lensops.drift.binning import Binning, Measure
from lensops.drift.engine import Group, Rows
from lensops.drift.recipes import NumberFacts
from lensops.drift.recipes.numbers import Extent, quantile
from lensops.manifest.drift import Feature

pytestmark = pytest.mark.warehouse

DIALECTS = ["bigquery", "clickhouse", "databricks", "duckdb", "postgres", "snowflake", "trino"]
SCHEMA = {
    "score": "float64",
    "days": "int64",
    "price": "decimal(38, 10)",
    "tier": "string",
    "seen": "timestamp('UTC')",
    "flag": "boolean",
}


def binning() -> Binning:
    return quantile(Feature(), NumberFacts(np.random.default_rng(1).normal(size=500)))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("grouped", [False, True])
def test_every_statement_can_be_written(dialect: str, grouped: bool) -> None:
    ibis = pytest.importorskip("ibis")
    from lensops.drift.engines.warehouse import counting, expressions, windows
    from lensops.drift.engines.warehouse.counting import count_window
    from lensops.drift.text import text_measures

    written: list[str] = []

    def run(statement: Any) -> Iterator[dict[str, Any]]:
        written.append(str(ibis.to_sql(statement, dialect=dialect)))
        return iter(())

    table = ibis.table(SCHEMA, name='odd "name"')
    rows = Rows(("t",), where=(("tier", ("a", "b")), ("days", 3.0), ("flag", True)), time="seen")
    cut = windows.window(table, rows)
    key = windows.key(cut, rows, Group("column", "tier", ("a",))) if grouped else None
    numbers = {Measure(name, name, "number"): binning() for name in ("score", "days", "price")}
    texts = {
        m: binning() if m.kind == "number" else None
        for m in text_measures("tier", "tier")
        if m.kind == "number" or m.derivation in {"repeated", "value"}
    }
    binnings: dict[Measure, Binning | None] = {
        **numbers,
        **texts,
        Measure("c", "tier", "category"): None,
    }
    list(count_window(cut, key, binnings, dialect, run))
    values = {m.name: expressions.number(cut, m, dialect) for m in numbers}
    extents = {name: Extent(500, -3.0, 3.0) for name in values}
    counting.every_step(cut, values, 7, {**extents}, run)
    assert len(written) >= 3
    assert all("SELECT" in statement for statement in written)
