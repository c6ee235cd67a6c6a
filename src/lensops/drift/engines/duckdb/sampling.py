"""Evenly taken values: the same rows on every run, whatever the number of threads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lensops.drift.engine import Rows
from lensops.drift.engines.duckdb import expressions
from lensops.drift.engines.duckdb.conditions import conditions
from lensops.drift.engines.duckdb.readers import ROW
from lensops.drift.engines.duckdb.statement import Statement
from lensops.drift.layout import Measure
from lensops.drift.psi import Shares

BLOCKS = 25  # stretches of rows that are taken of one big Parquet file: whole parts are skipped


def text(
    rows: Rows,
    measures: Sequence[Measure],
    step: int,
    types: dict[str, str],
    source: str,
    statement: Statement,
) -> str:
    """The statement that takes every `step`-th row that meets the conditions."""
    named = [
        f"{expressions.number(measure, types[measure.column])} AS f{place}"
        for place, measure in enumerate(measures)
    ]
    columns = ", ".join(f"f{place}" for place in range(len(named)))
    numbered = [*named, "row_number() OVER () AS n"] if step > 1 else named
    where = conditions(rows, types, statement)
    window = f"SELECT {', '.join(numbered)} FROM {source} WHERE {where}"
    if step == 1:
        return window
    return f"SELECT {columns} FROM ({window}) WHERE (n - 1) % {statement.bind(step)} = 0"


def blocks(rows: int, step: int, statement: Statement) -> str:
    """Stretches of rows of a Parquet file, evenly over it, that make a `step`-th of all rows."""
    period, length = rows / BLOCKS, rows / BLOCKS / step
    bounds = [(int(at * period), int(at * period + length)) for at in range(BLOCKS)]
    tests = [
        f"{ROW} BETWEEN {statement.bind(first)} AND {statement.bind(max(last - 1, first))}"
        for first, last in bounds
    ]
    return "(" + " OR ".join(tests) + ")"


def finite(array: Any) -> Shares:
    """The finite values of a column as DuckDB gives it."""
    values = np.ma.filled(np.ma.asarray(array, dtype=np.float64), np.nan)
    kept: Shares = values[np.isfinite(values)]
    return kept
