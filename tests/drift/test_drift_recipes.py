"""Recipes: where each one cuts, how it smooths, and figures computed by other means."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lensops.drift.psi import psi
from lensops.drift.recipes import evidently_shares as filled
from lensops.drift.results import FeatureDrift
from support.drift import SHARED, checked, feature, monitor, windows

needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not here")
REFERENCE = "employment_MA_reference.pq"
ANALYSIS = "employment_MA_analysis.pq"

KNOWN = [  # column, settings, year, PSI computed with NumPy
    ("predicted_probability", {"range": [0, 1]}, 2016, 0.00012050),
    ("predicted_probability", {"range": [0, 1]}, 2017, 0.00042642),
    ("predicted_probability", {"range": [0, 1]}, 2018, 0.00061577),
    ("predicted_probability", {}, 2016, 0.00019712),
    ("predicted_probability", {}, 2017, 0.00052759),
    ("predicted_probability", {}, 2018, 0.00081896),
    ("predicted_probability", {"recipe": "evidently"}, 2016, 0.00041708),
    ("predicted_probability", {"recipe": "evidently"}, 2017, 0.00116726),
    ("predicted_probability", {"recipe": "evidently"}, 2018, 0.00135674),
    ("AGEP", {}, 2018, 0.00338896),
    ("AGEP", {"recipe": "evidently"}, 2018, 0.00400910),
]


@needs_data
@pytest.mark.parametrize(("column", "settings", "year", "expected"), KNOWN)
def test_known_answers_on_real_data(
    column: str, settings: dict[str, Any], year: int, expected: float
) -> None:
    current = {"data": ANALYSIS, "where": {"year": year}}
    found = feature(
        SHARED, column, baseline=REFERENCE, current=current, features={column: settings}
    )
    assert found.psi == pytest.approx(expected, abs=6e-9)
    assert found.status == "ok"


def _uniform(values: list[float]) -> list[int]:
    """Rows of ten cells over [0, 1], then those below, above, infinite and missing."""
    cells = [0] * 14
    for value in values:
        if math.isnan(value):
            cells[13] += 1
        elif math.isinf(value):
            cells[12] += 1
        elif not 0 <= value <= 1:
            cells[10 if value < 0 else 11] += 1
        else:
            at = sum(value >= edge for edge in np.linspace(0, 1, 11)[1:-1])
            cells[at] += 1
    return cells


odd = st.one_of(st.floats(0, 1), st.sampled_from([-1.0, 1.5, math.inf, -math.inf, math.nan]))
column = st.lists(odd, min_size=2, max_size=40)


@settings(max_examples=8)
@given(column, column)
def test_uniform_counts_every_row_in_one_cell(
    tmp_path_factory: pytest.TempPathFactory, baseline: list[float], current: list[float]
) -> None:
    folder = tmp_path_factory.mktemp("uniform")
    windows(folder, {"x": baseline}, {"x": current}, "parquet")
    keys = {"baseline": "baseline.parquet", "current": "current.parquet"}
    found = feature(folder, features={"x": {"range": [0, 1]}}, **keys)
    if found.figures is None:
        return
    assert sum(found.baseline_counts) == len(baseline)
    assert sum(found.current_counts) == len(current)
    ours = dict(zip(found.labels, found.current_counts, strict=True))
    cells = _uniform(current)
    assert list(found.current_counts[:10]) == cells[:10]
    for label, at in (("below 0", 10), ("above 1", 11), ("infinite", 12), ("missing", 13)):
        assert ours.get(label, 0) == cells[at]


def _compared(
    folder: Path, baseline: list[Any], current: list[Any], **settings: Any
) -> FeatureDrift:
    windows(folder, {"x": baseline}, {"x": current}, "jsonl")
    keys = {"baseline": "baseline.jsonl", "current": "current.jsonl"}
    return feature(folder, features={"x": settings}, **keys)


def test_quantile_cuts_the_baseline_into_tenths_with_open_ends(tmp_path: Path) -> None:
    found = _compared(tmp_path, list(range(100)), [-5, *range(1, 99), 500])
    assert found.recipe == "quantile"
    assert found.edges == pytest.approx(np.quantile(range(100), np.arange(0.1, 0.95, 0.1)))
    assert found.baseline_counts == (10,) * 10
    assert (found.labels[0], found.labels[-1]) == ("< 9.9", "≥ 89.1")
    assert found.current_counts == (10,) * 10


@pytest.mark.parametrize(("rows", "current"), [(100, 4), (100, 5), (1000, 9), (1000, 10)])
def test_rows_beyond_the_range_have_a_bin_from_five_and_one_in_a_hundred_on(
    tmp_path: Path, rows: int, current: int
) -> None:
    values = list(range(rows))
    found = _compared(tmp_path, values, [*[10 * rows] * current, *values[current:]])
    beyond = dict(zip(found.labels, found.current_counts, strict=True)).get(f"above {rows - 1}", 0)
    assert beyond == (current if current in {5, 10} else 0)
    assert sum(found.current_counts) == rows


def test_quantile_smooths_by_half_a_row(tmp_path: Path) -> None:
    found = _compared(tmp_path, list(range(100)), [0] * 100)
    p, q = np.full(10, 10.5) / 105, np.array([100.5] + [0.5] * 9) / 105
    assert found.psi == pytest.approx(float(((q - p) * np.log(q / p)).sum()), abs=1e-12)


def test_quantile_gives_few_distinct_values_a_cell_each(tmp_path: Path) -> None:
    found = _compared(tmp_path, [0, 1, 2] * 50, [0, 1, 1] * 50)
    assert found.edges == (0.0, 1.0, 2.0)
    assert found.baseline_counts == (50, 50, 50)
    assert found.current_counts == (50, 100, 0)


def test_quantile_with_ties_makes_fewer_cells_and_says_their_edges(tmp_path: Path) -> None:
    found = _compared(tmp_path, [0] * 75 + list(range(1, 26)), [0] * 100)
    assert len(found.edges) < 9
    assert sum(found.baseline_counts) == 100


def test_quantile_of_one_value_has_cells_below_at_and_above(tmp_path: Path) -> None:
    found = _compared(tmp_path, [7] * 60, [6, 7, 8] * 20)
    assert found.labels == ("= 7", "below 7", "above 7")
    assert found.current_counts == (20, 20, 20)


def test_edges_are_those_of_the_manifest(tmp_path: Path) -> None:
    found = _compared(tmp_path, [5, 15, 25] * 20, [5, 15, 30, 99] * 15, edges=[0, 10, 20, 30])
    assert found.recipe == "edges"
    assert dict(zip(found.labels, found.current_counts, strict=True)) == {
        "[0, 10)": 15,
        "[10, 20)": 15,
        "[20, 30]": 15,
        "above 30": 15,
    }
    p, q = np.array([20.5, 20.5, 20.5, 0.5]) / 62, np.array([15.5] * 4) / 62
    assert found.psi == pytest.approx(float(((q - p) * np.log(q / p)).sum()), abs=1e-12)


def test_categories_have_a_cell_each_and_new_ones_one_together(tmp_path: Path) -> None:
    found = _compared(tmp_path, ["a", "b", None] * 30, ["a", "c", "d"] * 30)
    assert found.recipe == "categories"
    assert found.labels == ("a", "b", "new", "missing")
    assert found.baseline_counts == (30, 30, 0, 30)
    assert found.current_counts == (30, 0, 60, 0)
    p, q = np.array([30.5, 30.5, 0.5, 30.5]) / 92, np.array([30.5, 0.5, 60.5, 0.5]) / 92
    assert found.psi == pytest.approx(float(((q - p) * np.log(q / p)).sum()), abs=1e-12)


def test_rare_categories_are_other_and_are_not_new(tmp_path: Path) -> None:
    baseline = ["a"] * 40 + ["b"] * 20 + ["c", "d"]
    found = _compared(tmp_path, baseline, ["a", "c", "z"], kind="category", bins=2)
    assert found.labels == ("a", "b", "other", "new")
    assert found.current_counts == (1, 0, 1, 1)


def test_categories_named_like_cells_are_told_apart(tmp_path: Path) -> None:
    found = _compared(tmp_path, ["new", "missing", "other", ""] * 9, ["new", "x", None, ""] * 9)
    assert found.labels == ("'missing'", "'new'", "'other'", "new", "missing")
    assert found.current_counts == (0, 9, 0, 9, 18)


def test_evidently_fills_empty_cells_as_it_does() -> None:
    counts = np.array([0, 500, 500])
    assert filled(counts).tolist() == [1e-4, 0.5, 0.5]
    rare = np.array([0, 1, 99_999])
    assert filled(rare).tolist() == [1e-5 / 1e6, 1e-5, 0.99999]


def test_evidently_uses_sturges_bins_over_both_windows(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    baseline, current = rng.normal(0, 1, 400), rng.normal(0.5, 1, 300)
    found = _compared(tmp_path, baseline.tolist(), current.tolist(), recipe="evidently")
    both = np.concatenate([baseline, current])
    edges = np.histogram_bin_edges(both, "sturges")
    assert found.edges == pytest.approx(edges)
    p, q = (filled(np.histogram(side, edges)[0]) for side in (baseline, current))
    assert found.psi == pytest.approx(float(psi(p, q)), abs=1e-12)


@pytest.mark.parametrize("settings", [{"range": [0, 1]}, {"edges": [0, 0.5, 1]}])
@pytest.mark.parametrize(("share", "status"), [(0.0, "ok"), (0.009, "ok"), (0.02, "warning")])
def test_more_than_a_hundredth_outside_cannot_be_ok(
    tmp_path: Path, settings: dict[str, Any], share: float, status: str
) -> None:
    inside = np.random.default_rng(5).random(2000)
    moved = inside.copy()
    moved[: int(2000 * share)] = 1.5
    windows(tmp_path, {"x": moved}, {"x": moved}, "parquet")
    keys = {"baseline": "baseline.parquet", "current": "current.parquet"}
    found = feature(tmp_path, features={"x": settings}, **keys)
    assert found.psi == 0.0
    assert found.status == status
    assert bool([c for c in found.causes if c.kind == "outside"]) == (share > 0)


def test_recipes_are_those_of_the_kind_unless_declared(tmp_path: Path) -> None:
    table = {
        "n": [str(v) for v in range(60)],
        "c": ["a", "b", "c"] * 20,
        "mixed": ["1"] * 58 + ["?"] * 2,
    }
    windows(tmp_path, table, table)
    features = {
        "n": {},
        "c": {},
        "mixed": {"kind": "number"},
        "as_text": {"column": "n", "kind": "category"},
    }
    report = checked(tmp_path, monitor(features=features))
    found = {each.name: each.recipe for each in report.features}
    assert found == {
        "n": "quantile",
        "c": "categories",
        "mixed": "quantile",
        "as_text": "categories",
    }
    mixed = report.features[2]
    assert mixed.labels[-1] == "not a number"
    assert mixed.baseline_counts[-1] == 2
