"""PSI itself: the classic figures, its laws, and the Python interface."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.drift import DriftReport, PropensityDriftMonitor, compute_psi
from lensops.drift.psi import clipped_shares as clipped
from lensops.drift.psi import contributions, psi
from lensops.drift.psi import jeffreys_shares as jeffreys
from lensops.errors import UserError
from lensops.manifest.drift import Bands

scores = st.lists(st.floats(0, 1), min_size=1, max_size=60)
counts = st.lists(st.integers(0, 10_000), min_size=2, max_size=12).filter(lambda c: sum(c) > 0)


def classic(baseline: np.ndarray, current: np.ndarray, bins: int = 10) -> float:
    """The recipe as it is written everywhere."""
    edges = np.linspace(0, 1, bins + 1)
    p = np.clip(np.histogram(baseline, edges)[0] / len(baseline), 1e-6, None)
    q = np.clip(np.histogram(current, edges)[0] / len(current), 1e-6, None)
    return float(((q - p) * np.log(q / p)).sum())


@given(scores, scores, st.sampled_from([2, 5, 10, 20]))
def test_equals_the_classic_recipe_within_the_range(
    baseline: list[float], current: list[float], bins: int
) -> None:
    a, b = np.array(baseline), np.array(current)
    assert compute_psi(a, b, bins) == pytest.approx(classic(a, b, bins), abs=1e-12)


def test_every_edge_belongs_to_the_cell_that_numpy_gives_it() -> None:
    edges = np.linspace(0, 1, 11)
    near = np.concatenate([edges, np.nextafter(edges, -1), np.nextafter(edges, 2)])
    inside = near[(near >= 0) & (near <= 1)]
    other = np.linspace(0, 1, 1001)
    assert compute_psi(inside, other) == pytest.approx(classic(inside, other), abs=1e-12)


@given(scores)
def test_identical_windows_have_none(values: list[float]) -> None:
    assert compute_psi(values, values) == 0.0
    assert compute_psi(values, values[::-1]) == 0.0


@given(st.data())
def test_psi_is_symmetric_not_negative_and_blind_to_the_order_of_cells(data: st.DataObject) -> None:
    baseline = np.array(data.draw(counts))
    size = len(baseline)
    other = st.lists(st.integers(0, 999), min_size=size, max_size=size).filter(any)
    current, order = np.array(data.draw(other)), data.draw(st.permutations(range(size)))
    for smooth in (clipped, jeffreys):
        p, q = smooth(baseline), smooth(current)
        value = float(psi(p, q))
        assert value >= 0
        assert np.isfinite(value)
        assert value == pytest.approx(float(psi(q, p)), rel=1e-12)
        assert value == pytest.approx(float(psi(p[order], q[order])), rel=1e-9)
        assert (contributions(p, q) >= 0).all()


def test_merging_cells_never_adds_to_psi() -> None:
    p, q = jeffreys(np.array([40, 25, 20, 15])), jeffreys(np.array([10, 20, 30, 40]))
    merged = [np.array([s[0] + s[1], s[2], s[3]]) for s in (p, q)]
    assert float(psi(*merged)) <= float(psi(p, q))


@pytest.mark.parametrize("lost", [np.nan, np.inf, -np.inf, 7.0, -0.5])
def test_what_lies_outside_is_a_bin_and_not_lost(lost: float) -> None:
    baseline = np.linspace(0, 1, 100)
    current = np.append(np.full(100, lost), 0.5)
    assert compute_psi(baseline, current) > 10


@pytest.mark.parametrize(
    ("scores", "problem"),
    [
        (np.full(100, np.nan), "no scores: all 100 are missing"),
        (np.array(["0.5", "high"] * 50), "50 of the baseline window's values are not numbers"),
        (np.full(100, 7.0), r"more than half of both windows lie outside \[0, 1\]"),
    ],
)
def test_scores_that_are_none_have_no_psi(scores: np.ndarray, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        compute_psi(scores, scores)


def test_scores_of_a_range_of_their_own() -> None:
    baseline, current = np.linspace(201, 299, 500), np.linspace(223, 317, 500)
    scaled = compute_psi((baseline - 200) / 200, (current - 200) / 200)
    assert compute_psi(baseline, current, range=(200, 400)) == pytest.approx(scaled, abs=1e-9)


def test_scores_of_another_range_are_not_silently_fine() -> None:
    """Out-of-range scores drop out of the classic recipe: it says 0 where everything moved."""
    baseline, current = np.linspace(200, 300, 500), np.linspace(700, 800, 500)
    assert classic(baseline, current) == 0.0
    report = PropensityDriftMonitor().check_drift(baseline, current)
    assert report.status == "warning"
    assert [c.text for c in report.features[0].causes if c.kind == "outside"] == [
        "100 % of the rows lie outside the range (100 % before)"
    ]


@pytest.mark.parametrize("empty", [([], [0.5]), ([0.5], [])])
def test_an_empty_window_is_an_error(empty: tuple[list[float], list[float]]) -> None:
    with pytest.raises(UserError, match="no scores"):
        compute_psi(*empty)


def test_a_table_is_no_array_of_scores() -> None:
    with pytest.raises(UserError, match="one dimension"):
        compute_psi(np.zeros((2, 2)), [0.5])


def _report(shift: float = 0.0) -> DriftReport:
    rng = np.random.default_rng(7)
    baseline, current = rng.beta(2, 5, 5000), np.clip(rng.beta(2, 5, 5000) + shift, 0, 1)
    return PropensityDriftMonitor().check_drift(
        baseline, current, baseline_date="2026-01-31", current_date="2026-02-28"
    )


def test_the_monitor_reports_what_it_promises() -> None:
    report = _report()
    assert report.psi is not None
    assert report.psi < 0.01
    assert report.status == "ok"
    assert (report.baseline_date, report.current_date) == ("2026-01-31", "2026-02-28")
    assert (report.n_baseline, report.n_current) == (5000, 5000)
    assert report.feature_breakdown == {"score": report.psi}


def test_a_report_as_a_dict_has_the_keys_of_a_monitor() -> None:
    body = json.loads(json.dumps(_report(0.2).to_dict()))
    windows = ("name", "psi", "status", "baseline_date", "current_date", "n_baseline", "n_current")
    assert {*windows, "feature_breakdown", "features", "segments", "notes"} <= body.keys()
    (score,) = body["features"]
    counts = ("name", "type", "recipe", "edges", "baseline_counts", "current_counts", "psi")
    evidence = ("status", "evidence", "p_value", "noise", "rows_needed", "missing", "causes")
    assert {*counts, *evidence} <= score.keys()
    assert (body["status"], body["psi"]) == ("critical", score["psi"])


@pytest.mark.parametrize(("shift", "status"), [(0.0, "ok"), (0.05, "warning"), (0.2, "critical")])
def test_the_status_follows_the_bands(shift: float, status: str) -> None:
    assert _report(shift).status == status


def test_bands_and_bins_can_be_given() -> None:
    monitor = PropensityDriftMonitor(Bands(warning=0.001, critical=5.0), bins=4)
    report = monitor.check_drift([0.1, 0.4, 0.6, 0.9] * 50, [0.1, 0.1, 0.6, 0.9] * 50)
    assert report.status == "warning"
    assert len(report.features[0].baseline_counts) == 4


def test_tables_are_compared_column_by_column() -> None:
    rng = np.random.default_rng(1)
    baseline = {
        "score": rng.random(900),
        "age": rng.normal(40, 9, 900),
        "tier": ["a", "b", "c"] * 300,
    }
    current = {**baseline, "tier": ["a", "b", "d"] * 300}
    report = PropensityDriftMonitor().check_drift(baseline, current)
    assert report.feature_breakdown["age"] == 0.0
    kinds = {each.name: (each.kind, each.recipe) for each in report.features}
    assert kinds == {
        "score": ("number", "uniform"),
        "age": ("number", "quantile"),
        "tier": ("category", "categories"),
    }
    assert report.status == "critical"
    tier = report.features[2]
    assert any("'d'" in cause.text for cause in tier.causes)


def test_data_frames_are_tables() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"score": [0.1, 0.9] * 100, "tier": ["a", None] * 100})
    report = PropensityDriftMonitor().check_drift(frame, frame)
    assert report.psi == 0.0
    assert report.features[1].missing == (100, 100)


def test_columns_that_only_one_window_has_are_an_error() -> None:
    with pytest.raises(UserError, match="no column 'tier'"):
        PropensityDriftMonitor().check_drift({"tier": ["a"]}, {"teir": ["a"]})
