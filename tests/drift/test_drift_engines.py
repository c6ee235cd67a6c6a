"""Engines: the same table gives the same counts as arrays and as a file of every format."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lensops.drift.check import check_monitor
from lensops.drift.engines.arrays import ArrayEngine
from lensops.drift.results import DriftReport
from lensops.drift.shape import drawn_rows
from lensops.errors import UserError
from lensops.manifest.drift import Monitor
from support.drift import Table, checked, monitor, windows, write

FEATURES = {
    "score": {"range": [0, 1]},
    "days": {},
    "bands": {"column": "days", "edges": [0, 7, 30]},
    "tier": {},
    "compat": {"column": "score", "recipe": "evidently"},
    "answer": {"kind": "text"},
}


def table(seed: int, rows: int = 400) -> dict[str, list[Any]]:
    """Numbers, categories and texts with every oddity that JSON can carry."""
    rng = np.random.default_rng(seed)
    odd = [None, -0.5, 1.5, 1.0, 0.0, 0.1, 0.2, 0.3]
    texts = [
        None, "", "  ", "Hello there", "```py\nprint(1)\n```", '{"a": [1, 2]}', "[1, 2]", "{broken",
        "I'm sorry, but I cannot help with that.", "As an AI language model, no.", "naïve café",
        "a\tb\nc  d", "Hello there", '"quoted", and, commas',
    ]  # fmt: skip
    picked = rng.integers(0, len(texts), rows)
    scores = [float(v) for v in rng.random(rows)]
    scores[: len(odd)] = odd  # type: ignore[assignment]  # some have none
    tiers = [None, "gold", "silver", 'it\'s "odd"', "ünïcode", "new"]
    return {
        "score": scores,
        "days": [int(v) for v in rng.integers(0, 45, rows)],
        "tier": [tiers[at] for at in rng.integers(0, len(tiers), rows)],
        "answer": [texts[at] for at in picked],
    }


def by_arrays(declared: Monitor, baseline: Table, current: Table) -> DriftReport:
    return check_monitor("test", declared, ArrayEngine({"baseline": baseline, "current": current}))


def counted(report: DriftReport) -> dict[str, Any]:
    """Everything that follows from counting."""
    return {
        each.name: (
            each.labels,
            each.edges,
            each.baseline_counts,
            each.current_counts,
            each.missing,
        )
        for each in report.features
    }


def plain(name: str) -> Monitor:
    return monitor(baseline=f"baseline{name}", current=f"current{name}", features=FEATURES)


@pytest.mark.parametrize("ending", ["jsonl", "parquet", "jsonl.gz"])
def test_files_and_arrays_give_identical_counts(tmp_path: Path, ending: str) -> None:
    baseline, current = table(1), table(2)
    windows(tmp_path, baseline, current, ending)
    declared = plain(f".{ending}")
    arrays = by_arrays(
        monitor(baseline="baseline", current="current", features=FEATURES), baseline, current
    )
    files = checked(tmp_path, declared)
    assert counted(files) == counted(arrays)
    for ours, theirs in zip(files.features, arrays.features, strict=True):
        assert ours.figures == theirs.figures
        assert ours.causes == theirs.causes


def test_csv_differs_only_in_what_it_cannot_say(tmp_path: Path) -> None:
    """An empty text and a missing one are the same in CSV."""
    blank = {"answer": lambda v: v or None}
    tables = [
        {name: [blank.get(name, lambda v: v)(v) for v in column] for name, column in t.items()}
        for t in (table(1), table(2))
    ]
    windows(tmp_path, *tables, "csv")
    found = counted(checked(tmp_path, plain(".csv")))
    expected = counted(
        by_arrays(monitor(baseline="baseline", current="current", features=FEATURES), *tables)
    )
    assert found == expected


@pytest.mark.parametrize("ending", ["csv", "tsv", "csv.gz", "jsonl"])
def test_text_formats_give_one_result(tmp_path: Path, ending: str) -> None:
    rng = np.random.default_rng(3)
    made = {"x": [round(v, 6) for v in rng.normal(0, 1, 300)], "c": ["a", "b", "c"] * 100}
    features = {"x": {}, "c": {}}
    windows(tmp_path, made, made, ending)
    windows(tmp_path, made, made, "parquet")
    files, parquet = (
        checked(
            tmp_path, monitor(baseline=f"baseline.{e}", current=f"current.{e}", features=features)
        )
        for e in (ending, "parquet")
    )
    assert counted(files) == counted(parquet)


value = st.one_of(
    st.none(), st.floats(allow_nan=True, allow_infinity=True), st.integers(-3, 3).map(float)
)
columns = st.lists(value, min_size=2, max_size=30)


@settings(max_examples=10)
@given(columns, columns, st.sampled_from([{}, {"range": [-1, 1]}, {"edges": [-2, 0, 0.5, 3]}]))
def test_any_floats_are_counted_alike(
    tmp_path_factory: pytest.TempPathFactory,
    baseline: list[float | None],
    current: list[float | None],
    feature: dict[str, Any],
) -> None:
    """Huge, tiny, missing and infinite values, and values on the edges."""
    sides = [np.array([math.nan if v is None else v for v in side]) for side in (baseline, current)]
    folder = tmp_path_factory.mktemp("floats")
    windows(folder, {"x": sides[0]}, {"x": sides[1]}, "parquet")
    keys = {"baseline": "baseline.parquet", "current": "current.parquet"}
    files = checked(folder, monitor(features={"x": feature}, **keys))
    declared = monitor(baseline="baseline", current="current", features={"x": feature})
    arrays = by_arrays(declared, {"x": sides[0]}, {"x": sides[1]})
    assert counted(files) == counted(arrays)
    assert [f.psi for f in files.features] == [f.psi for f in arrays.features]


SPREAD: dict[str, Callable[[Path, dict[str, list[Any]]], str]] = {
    "folder": lambda folder, t: _parts(folder, t, "days/{}.parquet") and "days",
    "glob": lambda folder, t: _parts(folder, t, "days/p{}.csv") and "days/p*.csv",
    "deep glob": lambda folder, t: _parts(folder, t, "days/m{}/x.jsonl") and "days/**/*.jsonl",
    "gzip": lambda folder, t: _parts(folder, t, "days/{}.csv.gz") and "days",
}


def _parts(folder: Path, made: dict[str, list[Any]], name: str) -> bool:
    for at in range(3):
        part = {column: values[at::3] for column, values in made.items()}
        if at == 2:
            part = dict(reversed(part.items()))  # columns are found by name, not by place
        write(folder / name.format(at), part)
    return True


@pytest.mark.parametrize("how", SPREAD)
def test_many_files_count_as_one(tmp_path: Path, how: str) -> None:
    made = {"x": [v / 7 for v in range(301)], "c": ["a", "b"] * 150 + ["a"]}
    whole = write(tmp_path / "whole.parquet", made).name
    split = SPREAD[how](tmp_path, made)
    features = {"x": {"range": [0, 50]}, "c": {}}
    report = checked(tmp_path, monitor(baseline=whole, current=split, features=features))
    assert report.n_current == 301
    assert report.psi == 0.0
    twice = monitor(baseline=whole, current=[split, split], features=features)
    assert checked(tmp_path, twice).n_current == 301  # a file that is named twice is read once


def test_a_window_of_two_formats_is_an_error(tmp_path: Path) -> None:
    for name in ("a.csv", "b.parquet"):
        write(tmp_path / name, {"x": [1, 2]})
    with pytest.raises(UserError, match="files of one format"):
        checked(tmp_path, monitor(baseline="a.csv", current=["a.csv", "b.parquet"]))


HARD = ["f1", "f0", "g", "n", "f0_text", "v", "none", "filename", "rowid", "file_row_number"]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_no_name_of_a_column_collides_with_those_of_the_statements(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lensops.drift.prepare.EXACT", 100)  # the sample is one of even steps
    made = {name: [at * 100 + v % 10 for v in range(300)] for at, name in enumerate(HARD)}
    windows(tmp_path, made, made, ending)
    keys = {"baseline": f"baseline.{ending}", "current": f"current.{ending}", "by": "g"}
    features: dict[str, Any] = {name: {} for name in HARD}
    for where in ({}, {"n": {"min": 0}}):
        report = checked(tmp_path, monitor(**keys, features=features, where=where))
        assert len(report.segments) == 10
        for at, each in enumerate(report.features):
            assert each.psi == 0.0
            assert {float(edge) // 100 for edge in each.edges} == {at}


def test_names_that_differ_in_capitals_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,X,x\n" + "".join(f"{v},{v + 50},7\n" for v in range(50)))
    features: dict[str, Any] = {"x": {}, "X": {}}
    report = checked(tmp_path, monitor(baseline="a.csv", current="a.csv", features=features))
    assert [float(each.edges[0]) // 50 for each in report.features] == [0, 1]


def test_flags_are_categories_in_every_engine(tmp_path: Path) -> None:
    made = {"x": [True, False, True, None] * 50}
    arrays = by_arrays(monitor(baseline="baseline", current="current"), made, made)
    for ending in ("parquet", "jsonl"):
        windows(tmp_path, made, made, ending)
        keys = {"baseline": f"baseline.{ending}", "current": f"current.{ending}"}
        assert counted(checked(tmp_path, monitor(**keys))) == counted(arrays)


def test_a_part_without_a_column_has_missing_values_there(tmp_path: Path) -> None:
    write(tmp_path / "a/1.csv", {"x": [1, 2, 3], "c": ["p", "q", "p"]})
    write(tmp_path / "a/2.csv", {"c": ["p", "q"]})
    report = checked(tmp_path, monitor(baseline="a", current="a", features={"x": {}, "c": {}}))
    assert report.features[0].missing == (2, 2)


def test_hidden_files_and_other_formats_in_a_folder_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "a/1.csv", {"x": [1, 2, 3]})
    for other in (".hidden.csv", "_SUCCESS", "README.md", "_tmp/2.csv"):
        (tmp_path / "a" / other).parent.mkdir(exist_ok=True)
        (tmp_path / "a" / other).write_text("x\n9\n")
    assert checked(tmp_path, monitor(baseline="a", current="a")).n_current == 3


def test_a_file_whose_name_is_a_pattern_is_that_file(tmp_path: Path) -> None:
    write(tmp_path / "week[1].csv", {"x": [1, 2, 3]})
    write(tmp_path / "week1.csv", {"x": [1, 2, 3, 4]})
    report = checked(tmp_path, monitor(baseline="week[1].csv", current="week[1].csv"))
    assert report.n_current == 3


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_that_of_the_header(tmp_path: Path, separator: str) -> None:
    lines = [f"x{separator}note", *(f'{at}{separator}"a, b; c"' for at in range(30))]
    (tmp_path / "baseline.csv").write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    (tmp_path / "current.csv").write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    report = checked(tmp_path, monitor(features={"x": {}, "note": {}}))
    assert (report.n_baseline, report.n_current, report.psi) == (30, 30, 0.0)
    assert report.features[1].edges == ("a, b; c",)


def test_sampled_edges_are_near_the_exact_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above some millions of numbers edges come of evenly taken rows; counts stay exact."""
    rng = np.random.default_rng(8)
    made = {"x": rng.normal(0, 1, 200_000)}
    windows(tmp_path, made, made, "parquet")
    keys = {"baseline": "baseline.parquet", "current": "current.parquet"}
    exact = checked(tmp_path, monitor(**keys)).features[0]
    monkeypatch.setattr("lensops.drift.prepare.EXACT", 1000)
    near = checked(tmp_path, monitor(**keys)).features[0]
    assert sum(near.baseline_counts) == 200_000
    assert [float(edge) for edge in near.edges] == pytest.approx(
        [float(edge) for edge in exact.edges], abs=0.08
    )
    assert near.psi == exact.psi == 0.0


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_rows_are_drawn_alike_and_not_in_step_with_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """One in 24 of rows that go round in 24 hours: each hour is among them."""
    monkeypatch.setattr("lensops.drift.prepare.EXACT", 1000)
    rows = np.arange(120_000 if ending == "parquet" else 24_000)
    monkeypatch.setattr("lensops.drift.prepare.FEWEST", rows.size // 24)
    made = {"x": rows % 24, "file_row": rows}
    windows(tmp_path, made, made, ending)
    keys = {"baseline": f"baseline.{ending}", "current": f"current.{ending}"}
    features = {"x": {"bins": 24}}
    (found,) = checked(tmp_path, monitor(**keys, features=features)).features
    assert found.baseline_counts == (rows.size // 24,) * 24
    declared = monitor(baseline="baseline", current="current", features=features)
    assert by_arrays(declared, made, made).features == (found,)


@pytest.mark.parametrize("period", [7, 24, 987, 1024, 6765])
def test_drawn_rows_stand_in_every_place_of_a_period(period: int) -> None:
    """The draws of each place vary no more than those of chance."""
    drawn = drawn_rows(3_000_000, 100)
    assert drawn.size == pytest.approx(30_000, rel=0.02)
    expected = drawn.size / period
    places = np.bincount(drawn % period, minlength=period)
    assert ((places - expected) ** 2 / expected).sum() / (period - 1) < 2.1
    assert drawn_rows(5, 1).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.slow
def test_more_features_than_one_statement_counts(tmp_path: Path) -> None:
    made = {f"f{at}": [at + v for v in range(60)] for at in range(120)}
    windows(tmp_path, made, made, "parquet")
    keys = {"baseline": "baseline.parquet", "current": "current.parquet", "by": "f0"}
    report = checked(tmp_path, monitor(**keys, features={name: {} for name in made}))
    assert [each.name for each in report.features] == list(made)
    assert {each.psi for each in report.features} == {0.0}
    assert {float(each.edges[0]) // 1 - at for at, each in enumerate(report.features)} == {5.0}


def test_arrays_of_different_lengths_are_an_error() -> None:
    with pytest.raises(UserError, match="different lengths"):
        ArrayEngine({"baseline": {"a": [1, 2], "b": [1]}})


@pytest.mark.parametrize("kind", ["DECIMAL(9, 2)", "DOUBLE", "BOOLEAN", "VARCHAR"])
def test_segments_are_named_as_categories_are(tmp_path: Path, kind: str) -> None:
    """A value's segment is its own, however its type writes it: `1.00`, `1.0`, ` 1`."""
    value = "' ' || (i % 2)" if kind == "VARCHAR" else f"(i % 2)::{kind}"
    rows = f"SELECT {value} AS part, i AS x FROM range(200) t(i)"
    with duckdb.connect() as connection:
        for side in ("baseline", "current"):
            connection.execute(f"COPY ({rows}) TO '{tmp_path / side}.parquet' (FORMAT parquet)")
    keys = {"baseline": "baseline.parquet", "current": "current.parquet"}
    report = checked(tmp_path, monitor(**keys, by="part", features={"x": {}}))
    names = {"true", "false"} if kind == "BOOLEAN" else {"0", "1"}
    assert {item.segment: item.n_current for item in report.segments} == dict.fromkeys(names, 100)
