"""Numbers are counted by the cells of a grid: the counts are those of numpy, wherever cuts lie."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lensops.drift.binning import BinCounts, Binning, Measure
from lensops.drift.engine import CountQuery, Rows
from lensops.drift.engines.arrays import array_counts
from lensops.drift.engines.duckdb.counting import MANY, Counting
from lensops.drift.engines.duckdb.grid import Grid, codes_between
from lensops.drift.engines.duckdb.sql import Column, Statement
from lensops.drift.floats import shortest_decimals

FLOATS = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -0.0, 0.1, 1e308])
NEAR = st.integers(-50, 50).map(lambda n: n / 7) | FLOATS
MEASURE = Measure("x", "x", "number")


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def binning_of(cuts: list[float]) -> Binning:
    """A binning with one bin a stretch between cuts."""
    places = range(len(cuts) + 1)
    labels = tuple(f"bin {place}" for place in places)
    return Binning("edges", "number", labels, tuple(places), 0, tuple(cuts))


def duck_counts(
    connection: duckdb.DuckDBPyConnection, values: list[float | None], kind: str, cuts: list[float]
) -> BinCounts:
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE rows AS SELECT unnest($1::{kind}[]) x", [values]
    )
    return counts_of(connection, "rows", kind, cuts, MANY)


def counts_of(
    connection: duckdb.DuckDBPyConnection, source: str, kind: str, cuts: list[float], many: int
) -> BinCounts:
    rows, statement = Rows((source,)), Statement()
    binnings: dict[Measure, Binning] = {MEASURE: binning_of(cuts)}
    query = CountQuery({**binnings}, rows=many)
    counting = Counting(rows, query, binnings, {"x": Column("x", kind)})
    text = counting.text(source, statement)
    return counting.counts(connection.execute(text, statement.values).fetchall()[0])["x"]


def numpy_counts(values: list[float | None], cuts: list[float]) -> BinCounts:
    array = np.array([math.nan if value is None else value for value in values])
    counts = array_counts(array, MEASURE, binning_of(cuts))
    assert isinstance(counts, BinCounts)
    return counts


@given(
    st.lists(NEAR | st.none(), min_size=1, max_size=60),
    st.sets(NEAR.filter(math.isfinite), min_size=1, max_size=12),
    st.booleans(),
)
@example([1.0, 2.0, None, math.nan, math.inf, -math.inf], {1.0, math.nextafter(1.0, 2)}, True)
@example([0.0, 5e-324, -5e-324], {0.0, 5e-324, 1.0}, False)
@example([1e308, -1e308, 0.0], {-1.7e308, 0.0, 1.7e308}, False)
def test_cells_decide_what_a_look_up_decides(
    connection: duckdb.DuckDBPyConnection,
    values: list[float | None],
    chosen: set[float],
    near: bool,
) -> None:
    cuts = sorted({cut + 0.0 for cut in chosen})  # no negative zero: it is the same cut
    if near:  # values of the rows themselves, and right above them
        cuts = sorted({*cuts, *(v + 0.0 for v in values if v is not None and math.isfinite(v))})
    assert duck_counts(connection, values, "DOUBLE", cuts) == numpy_counts(values, cuts)


@given(
    st.lists(st.integers(-300, 300) | st.none(), min_size=1, max_size=60),
    st.sets(st.integers(-700, 700).map(lambda n: n / 2), min_size=2, max_size=12),
)
def test_whole_numbers_have_cells_of_their_own(
    connection: duckdb.DuckDBPyConnection, values: list[int | None], chosen: set[float]
) -> None:
    cuts = sorted(chosen)
    grid = codes_between(cuts, whole=True).grid
    assert grid is not None
    assert grid.whole
    floats = [None if value is None else float(value) for value in values]
    assert duck_counts(connection, floats, "INTEGER", cuts) == numpy_counts(floats, cuts)


@given(
    st.lists(st.floats(width=32) | st.none(), min_size=1, max_size=60),
    st.sets(NEAR.filter(math.isfinite), min_size=1, max_size=12),
    st.sampled_from([0, MANY]),
)
def test_narrow_floats_lie_where_their_decimals_do(
    connection: duckdb.DuckDBPyConnection,
    values: list[float | None],
    chosen: set[float],
    rows: int,
) -> None:
    narrow = np.array([math.nan if value is None else value for value in values], dtype=np.float32)
    decimals = shortest_decimals(narrow[np.isfinite(narrow)]).tolist()
    cuts = sorted({cut + 0.0 for cut in (*chosen, *decimals, *np.nextafter(decimals, math.inf))})
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE rows AS SELECT unnest($1::FLOAT[]) x", [values]
    )
    assert counts_of(connection, "rows", "FLOAT", cuts, rows) == array_counts(
        narrow, MEASURE, binning_of(cuts)
    )


def test_a_grid_decides_most_rows_of_a_usual_shape() -> None:
    """What it is for: one row in a hundred or so is compared with cuts."""
    rows = np.exp(np.random.default_rng(5).normal(size=100_000))
    cuts = np.quantile(rows, np.linspace(0, 1, 33)[1:-1]).tolist()
    grid = codes_between(cuts, whole=False).grid
    assert isinstance(grid, Grid)
    cells = [grid.cell(row) for row in np.clip(rows, grid.low, grid.high).tolist()]
    assert np.isin(cells, grid.places).mean() < 0.05


@pytest.mark.parametrize(
    "cuts",
    [[], [1.0], [1.0, math.nextafter(1.0, 2)], [-1.7e308, 1.7e308], [0, 1e-9, 2e-9, 3e-9, 1]],
)
def test_cuts_without_a_grid_are_compared(cuts: list[float]) -> None:
    assert codes_between(cuts, whole=False).grid is None


@pytest.mark.parametrize("rows", [MANY, 0])
@pytest.mark.parametrize("odd", [[math.nan], [math.inf, math.nan], [-math.inf, None, math.nan]])
def test_the_statistics_of_a_file_say_nothing_of_nan(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, rows: int, odd: list[float | None]
) -> None:
    """pyarrow and pandas write the least and the largest number of those that are none."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    values = [*odd, *(float(at % 11) for at in range(60))] * 5
    for kind in ("float64", "float32"):
        table = pyarrow.table({"x": pyarrow.array(values, type=kind)})
        parquet.write_table(table, tmp_path / "x.parquet")
        connection.execute(f"CREATE OR REPLACE TEMP VIEW file AS FROM '{tmp_path}/x.parquet'")
        for cuts in ([3.0, 5.0, 50.0], [2.0, math.nextafter(2.0, 3), 20.0], [-1.0, 0.5, 7.25]):
            duck = "DOUBLE" if kind == "float64" else "FLOAT"
            found = counts_of(connection, "file", duck, cuts, rows)
            assert found == numpy_counts(values, cuts)
