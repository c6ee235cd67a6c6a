"""One value, one spelling: what one table holds is the same in every format, of every type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.drift import PropensityDriftMonitor
from lensops.drift.check import check_monitor
from lensops.drift.engines.arrays import ArrayEngine
from lensops.drift.floats import narrow_bounds, narrow_cuts, shortest_decimals
from lensops.errors import UserError
from support.drift import checked, feature, monitor, write

ENDINGS = ["csv", "jsonl", "parquet"]
ROWS = 420
SPELLINGS: dict[str, Callable[[int], Any]] = {
    "flag": lambda i: i % 3 == 0,
    "whole": lambda i: i % 7,
    "ratio": lambda i: i % 5 / 4,
    "padded": lambda i: ["gold", "silver", " bronze "][i % 3],
    "code": lambda i: ["007", "08", "1e5"][i % 3],
    "blank": lambda i: ["a", "", None][i % 3],
}


@pytest.mark.parametrize("kind", SPELLINGS)
@pytest.mark.parametrize(("baseline", "current"), [*pairwise([*ENDINGS, "csv.gz", "csv"])])
def test_a_table_written_in_any_format_is_the_same(
    tmp_path: Path, kind: str, baseline: str, current: str
) -> None:
    values = [SPELLINGS[kind](i) for i in range(ROWS)]
    for ending, name in ((baseline, "b"), (current, "c")):
        write(tmp_path / f"{name}.{ending}", {"x": values, "y": list(range(ROWS))})
    files = {"baseline": f"b.{baseline}", "current": f"c.{current}"}
    for declared in ({}, {"kind": "category"}):
        found = feature(tmp_path, features={"x": declared}, **files)
        assert found.psi == 0.0, found


NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TYPES: dict[str, tuple[str, str, Callable[[int], Any]]] = {
    "float": ("FLOAT", "number", lambda i: np.float32(i % 97 / 10 - 3)),
    "large float": ("FLOAT", "number", lambda i: np.float32(i * 1234567.8)),
    "few floats": ("FLOAT", "category", lambda i: np.float32([0.1, 0.7, 1e-9][i % 3])),
    "decimal": ("DECIMAL(18, 6)", "number", lambda i: Decimal(i % 89) / 8),
    "scaled decimal": ("DECIMAL(9, 4)", "category", lambda i: Decimal(i % 4) / 4),
    "huge decimal": ("DECIMAL(38, 2)", "number", lambda i: Decimal(i) * 10**20),
    "unsigned": ("UBIGINT", "number", lambda i: 2**64 - 1 - 2**12 * (i % 50)),
    "huge whole": ("HUGEINT", "number", lambda i: 2**80 + 2**60 * (i % 50)),
    "small whole": ("TINYINT", "number", lambda i: i % 100 - 50),
    "dictionary": ("ENUM('b', 'a', 'ü')", "category", lambda i: "aüb"[i % 3]),
    "time of day": ("TIME", "category", lambda i: time(i % 3, 0, 0, i % 2 * 250_000)),
    "date": ("DATE", "category", lambda i: date(2026, 1, 1 + i % 5)),
    "moment": ("TIMESTAMP", "category", lambda i: datetime(2026, 1, 1, i % 4, 0, i % 2)),
    "zoned moment": ("TIMESTAMPTZ", "category", lambda i: NOON + timedelta(hours=6 * (i % 5))),
    "id": ("UUID", "category", lambda i: f"00000000-0000-0000-0000-{i % 6:012d}"),
}


@pytest.mark.parametrize("name", TYPES)
def test_a_type_of_parquet_is_what_its_texts_are_in_other_formats(
    tmp_path: Path, name: str
) -> None:
    """Parquet as DuckDB writes it, texts as Python does, and Python's own values."""
    kind, declared, value = TYPES[name]
    values = [value(i) if i % 11 else None for i in range(ROWS)]
    texts = [None if v is None else str(v) for v in values]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Asia/Tokyo'")
        rows = f"SELECT x::{kind} AS x FROM (SELECT unnest($1::VARCHAR[]) AS x)"
        copy = f"COPY ({rows}) TO '{tmp_path}/b.parquet' (FORMAT parquet)"
        connection.execute(copy, [texts])
    for ending in ("csv", "jsonl"):
        write(tmp_path / f"c.{ending}", {"x": texts, "y": texts})
    for files in (("b.parquet", "c.csv"), ("c.jsonl", "b.parquet")):
        sides = dict(zip(("baseline", "current"), files, strict=True))
        found = feature(tmp_path, features={"x": {"kind": declared}}, **sides)
        assert (found.psi, found.missing) == (0.0, (39, 39)), found
    plain = monitor(baseline="b", current="b", features={"x": {"kind": declared}})
    (array,) = check_monitor("m", plain, ArrayEngine({"b": {"x": values}})).features
    assert array.labels == found.labels
    assert array.baseline_counts == found.baseline_counts


HARD = st.one_of(
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.decimals(-9999, 9999, places=3, allow_nan=False).map(float),
)


@given(st.lists(HARD, min_size=1, max_size=40), st.sampled_from(["float32", "float16"]))
def test_a_narrow_float_is_the_number_that_its_text_names(values: list[float], kind: str) -> None:
    with np.errstate(over="ignore"):
        narrow = np.array(values, dtype=np.float64).astype(kind)
    assert shortest_decimals(narrow).tolist() == [float(str(value)) for value in narrow]


def test_powers_of_two_and_of_ten_have_their_shortest_text() -> None:
    powers = np.concatenate([2.0 ** np.arange(-140, 128), 10.0 ** np.arange(-40, 38)])
    near = np.concatenate([np.nextafter(powers.astype(np.float32), end) for end in (-9, 9)])
    narrow = np.concatenate([powers.astype(np.float32), near.astype(np.float32)])
    assert shortest_decimals(narrow).tolist() == narrow.astype(str).astype(np.float64).tolist()
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]
    assert shortest_decimals(halves).tolist() == halves.astype(str).astype(np.float64).tolist()


@given(
    st.lists(HARD, min_size=1, max_size=40),
    st.lists(HARD | st.floats(allow_nan=False, allow_infinity=False), max_size=8),
    st.sampled_from(["float32", "float16"]),
)
def test_cuts_of_widened_values_part_them_as_those_of_their_texts(
    values: list[float], cuts: list[float], kind: str
) -> None:
    with np.errstate(over="ignore"):
        narrow = np.array(values, dtype=np.float64).astype(kind)
    decimals = shortest_decimals(narrow)
    limits = sorted({*cuts, *decimals.tolist(), *np.nextafter(decimals, np.inf).tolist()})
    sought = np.searchsorted(limits, decimals, side="right")
    widened = narrow.astype(np.float64)
    found = np.searchsorted(narrow_cuts(limits, kind), widened, side="right")
    assert found[np.isfinite(decimals)].tolist() == sought[np.isfinite(decimals)].tolist()
    signs = {"=": np.equal, ">=": np.greater_equal, "<=": np.less_equal}
    tests = {">=": np.greater_equal, "<": np.less}
    for sign, compare in signs.items():
        for limit in limits[:5]:
            bounds = narrow_bounds(sign, limit, kind)
            inside = np.logical_and.reduce([tests[s](widened, value) for s, value in bounds])
            assert inside.tolist() == compare(decimals, limit).tolist()


@pytest.mark.parametrize("kind", ["float16", "float32"])
def test_narrow_floats_as_pandas_writes_them(tmp_path: Path, kind: str) -> None:
    """Also read by codes, as many rows are, under a filter, and in Python."""
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    values = (np.arange(ROWS) % 83 / 10).astype(kind)
    frame = pandas.DataFrame({"x": values, "y": (np.arange(ROWS) % 3 / 10).astype(kind)})
    frame.to_parquet(tmp_path / "b.parquet")
    frame.to_csv(tmp_path / "c.csv", index=False)
    frame.to_parquet(tmp_path / "p.parquet")
    files = {"baseline": "b.parquet", "current": "c.csv"}
    for declared in ({}, {"range": [0, 9]}, {"edges": [0.1, 0.7, 8]}, {"recipe": "evidently"}):
        report = checked(tmp_path, monitor(features={"x": declared}, **files))
        assert report.features[0].psi == 0.0
    few = checked(tmp_path, monitor(features={"y": {}}, where={"y": {"min": 0.1}}, **files))
    assert (few.n_baseline, few.n_current, few.psi) == (280, 280, 0.0)
    equal = checked(tmp_path, monitor(features={"x": {}}, where={"y": 0.2}, **files))
    assert equal.n_baseline == equal.n_current == 140
    texts = [float(text) for text in frame["x"].astype(str)]
    same = PropensityDriftMonitor().check_drift({"x": frame["x"]}, {"x": texts})
    assert same.psi == 0.0
    assert PropensityDriftMonitor().check_drift(values / values.max(), texts).psi != 0.0


DURATIONS: dict[str, Callable[[Path], str]] = {
    "of pandas in Parquet": lambda folder: _frame(folder, "parquet"),
    "of pandas in CSV": lambda folder: _frame(folder, "csv"),
    "of SQL in Parquet": lambda folder: _interval(folder, "parquet"),
    "of SQL in CSV": lambda folder: _interval(folder, "csv"),
    "of ISO 8601": lambda folder: _texts(folder, lambda i: f"PT{i % 9}H{i % 7}M"),
    "of more than a day": lambda folder: _texts(folder, lambda i: f"{i % 40}:{i % 7:02d}:00"),
    "of Python": lambda folder: _texts(folder, lambda i: str(timedelta(hours=i))),
}


def _frame(folder: Path, ending: str) -> str:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame({"x": pandas.to_timedelta(np.arange(ROWS) % 50, unit="h")})
    getattr(frame, f"to_{ending}")(folder / f"b.{ending}")
    return f"b.{ending}"


def _interval(folder: Path, ending: str) -> str:
    rows = "SELECT to_hours((25 + i % 5)::INT) + to_days(1) AS x FROM range(99) t(i)"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({rows}) TO '{folder}/b.{ending}' (FORMAT {ending})")
    return f"b.{ending}"


def _texts(folder: Path, text: Callable[[int], str]) -> str:
    return write(folder / "b.jsonl", {"x": [text(i) for i in range(99)]}).name


@pytest.mark.parametrize("written", DURATIONS)
def test_durations_are_refused_with_what_to_do(tmp_path: Path, written: str) -> None:
    name = DURATIONS[written](tmp_path)
    with pytest.raises(UserError, match="'x' holds durations") as caught:
        checked(tmp_path, monitor(baseline=name, current=name))
    assert "write them as numbers, such as seconds" in (caught.value.hint or "")


@pytest.mark.parametrize("note", ["", "{", "[]", '{"columns": 3}', '{"columns": [{"name": 1}]}'])
def test_a_broken_note_of_pandas_is_left_alone(tmp_path: Path, note: str) -> None:
    rows = f"SELECT i AS x FROM range(99) t(i)) TO '{tmp_path}/b.parquet'"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({rows} (FORMAT parquet, KV_METADATA {{pandas: '{note}'}})")
    assert feature(tmp_path, baseline="b.parquet", current="b.parquet").psi == 0.0


def test_periods_of_a_subscription_and_times_of_day_are_categories(tmp_path: Path) -> None:
    for values in (["P1M", "P1Y", "P7D"], ["09:00:00", "9:30:00", "23:59:59.5"]):
        write(tmp_path / "b.csv", {"x": values * 50, "y": list(range(150))})
        assert feature(tmp_path, baseline="b.csv", current="b.csv").kind == "category"


NESTED: dict[str, list[Any]] = {
    "lists": [[1, 2], [3]] * 40,
    "lists of one length": [[1, 2], [3, 4]] * 40,
    "objects": [{"a": 1}, {"a": 2}] * 40,
    "lists or nothing": [[1], None] * 40,
}


@pytest.mark.parametrize("name", NESTED)
def test_what_is_more_than_one_value_is_refused(tmp_path: Path, name: str) -> None:
    values = NESTED[name]
    write(tmp_path / "b.jsonl", {"x": values, "y": list(range(80))})
    with pytest.raises(UserError, match="holds lists, objects or bytes"):
        checked(tmp_path, monitor(baseline="b.jsonl", current="b.jsonl"))
    problem = "have one dimension" if "one length" in name else "holds lists, objects or bytes"
    with pytest.raises(UserError, match=problem):
        PropensityDriftMonitor().check_drift({"x": values}, {"x": values})


PYTHON: dict[str, tuple[list[Any], str]] = {
    "decimals": ([Decimal("1.50"), Decimal(2), None] * 40, "number"),
    "scalars of NumPy": ([np.int64(3), np.float32(0.1), None] * 40, "number"),
    "flags of NumPy": ([np.bool_(True), None, np.bool_(False)] * 40, "category"),
    "times of day": ([time(1), time(2, 30)] * 40, "category"),
}


@pytest.mark.parametrize("name", PYTHON)
def test_values_of_python_have_the_kind_that_they_have_in_files(name: str) -> None:
    values, kind = PYTHON[name]
    (found,) = PropensityDriftMonitor().check_drift({"x": values}, {"x": values}).features
    assert (found.kind, found.psi) == (kind, 0.0)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (timedelta(hours=3), "holds durations"),
        (datetime(2026, 1, 1), "holds timestamps"),
        (b"bytes", "holds lists, objects or bytes"),
    ],
)
def test_values_of_python_without_a_psi_are_refused(value: Any, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        PropensityDriftMonitor().check_drift({"x": [value, None] * 40}, {"x": [value] * 40})
