"""The evidence as statistics: level, coverage and words, simulated with fixed seeds."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lensops.drift import chance, evidence, homogeneity
from lensops.drift.causes import Cause
from lensops.drift.decide import DriftRun, decide, monitor_result
from lensops.drift.evidence import Evidence, Figures, Status
from lensops.drift.homogeneity import adjusted, p_value, statistic
from lensops.drift.interval import interval
from lensops.drift.binning import Pair
from lensops.drift.psi import jeffreys, psi
from lensops.drift.results import DriftReport, FeatureDrift
from lensops.evidence import Outcome
from lensops.manifest.drift import Bands
from support.drift import monitor

RUNS = 1500


@settings(max_examples=150)
@given(st.floats(0, 500), st.integers(1, 120))
def test_the_tail_is_that_of_chi_square(value: float, degrees: int) -> None:
    expected = float(stats.chi2.sf(value, degrees))
    assert chance.tail(value, degrees) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("degrees", [1, 2, 4, 9, 29, 200])
@pytest.mark.parametrize("probability", [0.5, 0.95, 0.999])
def test_the_quantile_is_that_of_chi_square(degrees: int, probability: float) -> None:
    expected = float(stats.chi2.ppf(probability, degrees))
    assert chance.quantile(probability, degrees) == pytest.approx(expected, rel=1e-9)


def test_without_rare_cells_the_p_value_is_pearsons() -> None:
    baseline, current = np.array([30, 50, 20, 40]), np.array([45, 35, 25, 70])
    expected = stats.chi2_contingency([baseline, current], correction=False)
    assert statistic(baseline, current) == pytest.approx(float(expected[0]), rel=1e-12)
    assert p_value(baseline, current) == pytest.approx(float(expected[1]), rel=1e-9)


def test_rare_cells_are_merged_until_five_rows_are_expected() -> None:
    baseline, current = np.array([80, 60, 3, 2, 1, 0]), np.array([60, 70, 1, 2, 4, 3])
    merged = [[80, 60, 6], [60, 70, 10]]
    expected = stats.chi2_contingency(merged, correction=False)
    assert p_value(baseline, current) == pytest.approx(float(expected[1]), rel=1e-9)


CASES = {
    "even": (np.full(10, 0.1), 500, 500),
    "small": (np.full(10, 0.1), 100, 100),
    "tiny, by permutation": (np.full(10, 0.1), 25, 20),
    "skewed": (
        np.array([0.55, 0.3, 0.1, 0.03, 0.01, 0.005, 0.003, 0.001, 0.0007, 0.0003]),
        800,
        300,
    ),
    "unequal": (np.full(10, 0.1), 10_000, 200),
    "many cells": (np.full(30, 1 / 30), 400, 400),
}


@pytest.mark.parametrize("case", CASES)
def test_the_level_holds_without_any_shift(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At nominal 5 %, between 3 and 7 % of windows without a shift are called shifted."""
    shares, n, m = CASES[case]
    rng = np.random.default_rng(20_261_123)
    monkeypatch.setattr(homogeneity, "DRAWS", 499)  # any number of splits keeps the level
    called = sum(
        p_value(rng.multinomial(n, shares), rng.multinomial(m, shares)) < 0.05 for _ in range(RUNS)
    )
    assert 0.03 <= called / RUNS <= 0.07


def test_the_level_holds_with_edges_from_the_baseline_itself() -> None:
    rng = np.random.default_rng(11)
    called = 0
    for _ in range(RUNS):
        baseline, current = rng.normal(size=300), rng.normal(size=300)
        edges = np.quantile(baseline, np.arange(0.1, 0.95, 0.1))
        counts = [
            np.bincount(np.searchsorted(edges, side, side="right"), minlength=10)
            for side in (baseline, current)
        ]
        called += p_value(*counts) < 0.05
    assert 0.03 <= called / RUNS <= 0.07


def test_the_noise_is_the_mean_psi_without_a_shift() -> None:
    """At 100 rows a side, ten cells and no shift, PSI exceeds 0.10 in about 85 % of cases."""
    rng = np.random.default_rng(2)
    counts = rng.multinomial(100, np.full(10, 0.1), size=(4000, 2))
    values = psi(jeffreys(counts[:, 0]), jeffreys(counts[:, 1]))
    assert chance.noise(9, 100, 100) == pytest.approx(0.18)
    assert float(values.mean()) == pytest.approx(0.18, rel=0.1)
    assert (values > chance.noise_limit(9, 100, 100, 0.95)).mean() == pytest.approx(0.05, abs=0.02)
    assert (values > 0.1).mean() > 0.7


@pytest.mark.parametrize(("band", "needed"), [(0.10, 339), (0.20, 170)])
def test_the_rows_needed_keep_chance_below_the_band(band: float, needed: int) -> None:
    assert chance.rows_needed(9, band, 1, 0.95) == needed
    assert chance.noise_limit(9, needed, needed, 0.95) <= band
    with_more = chance.rows_needed(9, band, 100_000, 0.95)
    assert needed / 2 <= with_more < needed
    assert chance.noise_limit(9, 100_000, with_more, 0.95) <= band


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    p_values = [0.001, 0.008, 0.039, 0.041, 0.9, 0.041]
    expected = stats.false_discovery_control(p_values)
    assert adjusted(p_values) == pytest.approx(expected.tolist())
    assert adjusted([]) == []


def test_the_interval_covers_the_psi_of_the_populations() -> None:
    before, after = np.full(8, 1 / 8), np.array([0.08, 0.09, 0.11, 0.12, 0.13, 0.14, 0.16, 0.17])
    truth = float(psi(before, after))
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(150):
        counts = rng.multinomial(2000, before), rng.multinomial(2000, after)
        low, high = interval(Pair(tuple("abcdefgh"), *counts, jeffreys), 0.95)
        covered += low <= truth <= high
    assert covered / 150 >= 0.9


def test_the_same_counts_give_the_same_figures() -> None:
    pair = Pair(("a", "b", "c"), np.array([9, 4, 2]), np.array([3, 4, 9]), jeffreys)
    assert evidence.measure(pair, 0.2, 0.95) == evidence.measure(pair, 0.2, 0.95)


def _figures(value: float, limit: float = 0.05) -> Figures:
    return Figures(value, 0.5, limit / 2, limit, (0.0, value), 170)


WORDS = [  # PSI, chance reaches, q-value -> word
    (0.01, 0.05, 0.50, Evidence.NONE),
    (0.15, 0.05, 0.50, Evidence.NOISE),
    (0.30, 0.05, 0.50, Evidence.WEAK),
    (0.01, 0.05, 0.01, Evidence.SMALL),
    (0.15, 0.05, 0.01, Evidence.CONFIRMED),
    (0.30, 0.05, 0.01, Evidence.CONFIRMED),
    (0.01, 0.25, 0.50, Evidence.INCONCLUSIVE),
    (0.30, 0.25, 0.50, Evidence.INCONCLUSIVE),
    (0.30, 0.25, 0.01, Evidence.CONFIRMED),
]


@pytest.mark.parametrize(("value", "limit", "q_value", "expected"), WORDS)
def test_every_combination_has_its_word(
    value: float, limit: float, q_value: float, expected: Evidence
) -> None:
    status = evidence.banded(value, Bands())
    assert evidence.word(status, _figures(value, limit), q_value, 0.2, 0.05) is expected


@pytest.mark.parametrize(
    ("value", "status"),
    [(0.10, "ok"), (math.nextafter(0.1, 1), "warning"), (0.20, "warning"), (0.21, "critical")],
)
def test_bands_are_exceeded_and_not_reached(value: float, status: str) -> None:
    assert evidence.banded(value, Bands()) == status


FINE = FeatureDrift(
    "x", "number", "quantile", (), (), (), (), Status.OK, Evidence.NONE, Bands(), _figures(0.01)
)
GONE = replace(FINE, status=Status.NO_DATA, evidence=Evidence.INCONCLUSIVE, figures=None)


def _feature(value: float, word: Evidence) -> FeatureDrift:
    status = evidence.banded(value, Bands())
    causes = (Cause("offset", "shifted by about +1.0"),)
    return replace(FINE, figures=_figures(value), status=status, evidence=word, causes=causes)


DECISIONS = [
    ({}, [FINE], Outcome.PASS),
    ({}, [], Outcome.INCONCLUSIVE),
    ({}, [FINE, GONE], Outcome.INCONCLUSIVE),
    ({}, [_feature(0.3, Evidence.CONFIRMED)], Outcome.FAIL),
    ({}, [_feature(0.3, Evidence.WEAK)], Outcome.INCONCLUSIVE),
    ({}, [_feature(0.15, Evidence.CONFIRMED)], Outcome.PASS),
    ({}, [_feature(0.15, Evidence.NOISE)], Outcome.PASS),
    ({}, [_feature(0.3, Evidence.INCONCLUSIVE)], Outcome.INCONCLUSIVE),
    ({}, [_feature(0.01, Evidence.INCONCLUSIVE)], Outcome.INCONCLUSIVE),
    ({"inconclusive": "fail"}, [_feature(0.3, Evidence.INCONCLUSIVE)], Outcome.FAIL),
    ({"inconclusive": "fail"}, [GONE], Outcome.FAIL),
    ({"inconclusive": "fail"}, [FINE], Outcome.PASS),
    ({"gate": {"on": "warning"}}, [_feature(0.15, Evidence.CONFIRMED)], Outcome.FAIL),
    ({"gate": {"evidence": "any"}}, [_feature(0.3, Evidence.INCONCLUSIVE)], Outcome.FAIL),
    ({"gate": {"evidence": "any"}}, [_feature(0.01, Evidence.INCONCLUSIVE)], Outcome.PASS),
    ({"gate": {"evidence": "any"}}, [GONE], Outcome.INCONCLUSIVE),
]


@pytest.mark.parametrize(("keys", "features", "expected"), DECISIONS)
def test_the_outcome_follows_the_manifests_rule(
    keys: dict[str, object], features: list[FeatureDrift], expected: Outcome
) -> None:
    found = decide(monitor(**keys), DriftReport(500, 500, tuple(features)))
    assert found.outcome is expected
    assert found.reasons or expected is Outcome.PASS or not features


def test_what_decided_is_said_first() -> None:
    features = (_feature(0.15, Evidence.NOISE), GONE, _feature(0.3, Evidence.CONFIRMED))
    found = decide(monitor(), DriftReport(500, 500, features))
    assert [reason.outcome for reason in found.found] == ["fail", "inconclusive", "pass"]
    assert found.reasons[0] == "x: critical, PSI 0.3000, evidence confirmed (shifted by about +1.0)"


def test_a_monitor_yields_one_finding_and_one_reading() -> None:
    report = DriftReport(500, 400, (FINE, _feature(0.3, Evidence.CONFIRMED)), name="scores")
    result = monitor_result(monitor(), report)
    finding = result.finding
    assert (finding.rule, finding.subject, finding.outcome) == ("drift", "scores", Outcome.FAIL)
    assert (finding.value, finding.limit) == (0.3, 0.2)
    assert finding.message.startswith("PSI 0.3000, critical; x: critical, PSI 0.3000")
    assert finding.keys == ("drift", "scores", "bands")
    (reading,) = DriftRun((result,)).readings
    assert (reading.value, reading.n, reading.recipe) == (0.3, 400, "quantile")


def test_a_monitor_without_a_psi_has_no_reading_and_never_passes() -> None:
    result = monitor_result(monitor(), DriftReport(500, 400, (GONE,), name="scores"))
    assert result.finding.outcome is Outcome.INCONCLUSIVE
    assert result.finding.value is None
    assert result.readings == ()
    assert monitor_result(monitor(), DriftReport(0, 0, ())).finding.message == (
        "no PSI could be computed"
    )
