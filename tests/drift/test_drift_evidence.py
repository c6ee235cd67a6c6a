"""The evidence as statistics: level, coverage and words, simulated with fixed seeds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lensops.drift import distributions, evidence
from lensops.drift.binning import BinCounts, Pair, ValueCounts
from lensops.drift.causes import Cause
from lensops.drift.check import decide, monitor_result
from lensops.drift.evidence import Evidence, Figures, Status
from lensops.drift.psi import Vector, jeffreys_shares, psi
from lensops.drift.results import DriftReport, DriftRun, FeatureDrift
from lensops.drift.text import repeated_counts
from lensops.drift.two_sample import (
    benjamini_hochberg,
    ends_p_value,
    ordered_p_value,
    table_p_value,
)
from lensops.evidence import Outcome
from lensops.manifest.drift import Bands
from support.drift import monitor

Test = Callable[[Vector, Vector], float]


@settings(max_examples=150)
@given(st.floats(0, 500), st.integers(1, 120))
def test_the_tail_is_that_of_chi_square(value: float, degrees: int) -> None:
    expected = float(stats.chi2.sf(value, degrees))
    assert distributions.chi_square_sf(value, degrees) == pytest.approx(
        expected, rel=1e-9, abs=1e-300
    )


@pytest.mark.parametrize("degrees", [1, 2, 4, 9, 29, 200])
@pytest.mark.parametrize("probability", [0.5, 0.95, 0.999])
def test_the_quantile_is_that_of_chi_square(degrees: int, probability: float) -> None:
    expected = float(stats.chi2.ppf(probability, degrees))
    assert distributions.chi_square_ppf(probability, degrees) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("shape", "x"), [(0.7, 0.1), (3.3, 20.0), (50.0, 40.0), (50.0, 90.0)])
def test_the_gamma_tail_is_that_of_gamma(shape: float, x: float) -> None:
    expected = float(stats.gamma.sf(x, shape))
    assert distributions.gamma_sf(shape, x) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("statistic", "p_value"), [(2.492, 0.05), (3.857, 0.01)])
def test_the_weighted_tail_is_that_of_anderson_and_darling(
    statistic: float, p_value: float
) -> None:
    """The published critical values of A² with weights 1 / (j (j + 1))."""
    weights = 1 / (np.arange(1, 200) * np.arange(2, 201))
    found = distributions.weighted_chi_square_sf(statistic, weights)
    assert found == pytest.approx(p_value, rel=0.08)


def test_equal_weights_make_chi_square() -> None:
    for statistic in (2.0, 12.0, 60.0):
        expected = float(stats.chi2.sf(statistic, 10))
        found = distributions.weighted_chi_square_sf(statistic, np.ones(10))
        assert found == pytest.approx(expected, rel=0.02)


def test_without_rare_cells_the_p_value_is_pearsons() -> None:
    baseline, current = np.array([30, 50, 20, 40]), np.array([45, 35, 25, 70])
    expected = stats.chi2_contingency([baseline, current], correction=False)
    assert table_p_value(baseline, current) == pytest.approx(float(expected[1]), rel=1e-9)


def test_two_rare_cells_are_tested_exactly() -> None:
    baseline, current = np.array([2, 48]), np.array([7, 33])
    expected = stats.fisher_exact([baseline, current])[1]
    assert table_p_value(baseline, current) == pytest.approx(float(expected), rel=1e-6)


def test_rare_values_of_one_window_are_told_from_those_of_both() -> None:
    """None of them has rows enough for a test of its own, and together they say it all."""
    own = np.concatenate([np.full(3000, 2), np.zeros(300)]).astype(np.int64)
    other = np.concatenate([np.zeros(3000), np.ones(300)]).astype(np.int64)
    assert table_p_value(own, other) < 1e-12
    rng = np.random.default_rng(3)
    same = [np.bincount(rng.integers(0, 3000, n), minlength=3000) for n in (6000, 300)]
    assert table_p_value(*same) > 0.01


@pytest.mark.parametrize("test", [table_p_value, ordered_p_value])
def test_windows_without_rows_or_with_one_value_are_no_evidence(test: Test) -> None:
    nothing, rows = np.zeros(3, dtype=np.int64), np.array([4, 5, 6])
    assert test(nothing, rows) == test(rows, nothing) == test(nothing, nothing) == 1.0
    assert test(np.array([9]), np.array([4])) == 1.0


def test_the_order_of_bins_is_what_an_ordered_test_sees() -> None:
    """A shift of one direction is told from the same differences in any order."""
    baseline = np.full(20, 50)
    step = np.repeat([-11, 11], 10)
    assert ordered_p_value(baseline, baseline + step) < 1e-3
    mixed = np.tile([-11, 11], 10)
    assert ordered_p_value(baseline, baseline + mixed) > 0.05


def test_the_noise_is_the_mean_psi_without_a_shift() -> None:
    """At 100 rows a side, ten cells and no shift, PSI exceeds 0.10 in about 85 % of cases."""
    rng = np.random.default_rng(2)
    counts = rng.multinomial(100, np.full(10, 0.1), size=(4000, 2))
    values = psi(jeffreys_shares(counts[:, 0]), jeffreys_shares(counts[:, 1]))
    assert evidence.expected_noise(9, 100, 100) == pytest.approx(0.18)
    assert float(values.mean()) == pytest.approx(0.18, rel=0.1)
    assert (values > evidence.noise_limit(9, 100, 100, 0.95)).mean() == pytest.approx(
        0.05, abs=0.02
    )
    assert (values > 0.1).mean() > 0.7


@pytest.mark.parametrize(("band", "needed"), [(0.10, 339), (0.20, 170)])
def test_the_rows_needed_keep_chance_below_the_band(band: float, needed: int) -> None:
    assert evidence.rows_needed(9, band, 1, 0.95) == needed
    assert evidence.noise_limit(9, needed, needed, 0.95) <= band
    with_more = evidence.rows_needed(9, band, 100_000, 0.95)
    assert needed / 2 <= with_more < needed
    assert evidence.noise_limit(9, 100_000, with_more, 0.95) <= band


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    p_values = [0.001, 0.008, 0.039, 0.041, 0.9, 0.041]
    expected = stats.false_discovery_control(p_values)
    assert benjamini_hochberg(p_values) == pytest.approx(expected.tolist())
    assert benjamini_hochberg([]) == []


def test_the_interval_covers_the_psi_of_the_populations() -> None:
    before, after = np.full(8, 1 / 8), np.array([0.08, 0.09, 0.11, 0.12, 0.13, 0.14, 0.16, 0.17])
    truth = float(psi(before, after))
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(150):
        counts = rng.multinomial(2000, before), rng.multinomial(2000, after)
        low, high = evidence.psi_interval(Pair(tuple("abcdefgh"), *counts, jeffreys_shares), 0.95)
        covered += low <= truth <= high
    assert covered / 150 >= 0.9


def test_the_same_counts_give_the_same_figures() -> None:
    pair = Pair(("a", "b", "c"), np.array([9, 4, 2]), np.array([3, 4, 9]), jeffreys_shares)
    windows = evidence.BinWindows(BinCounts((9, 4, 2)), BinCounts((3, 4, 9)), (0, 1, 2))
    first = evidence.measure_shift(pair, windows, 0.2, 0.95)
    assert evidence.measure_shift(pair, windows, 0.2, 0.95) == first


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
    status = evidence.band_status(value, Bands())
    assert evidence.evidence_word(status, _figures(value, limit), q_value, 0.2, 0.05) is expected


@pytest.mark.parametrize(
    ("value", "status"),
    [(0.10, "ok"), (math.nextafter(0.1, 1), "warning"), (0.20, "warning"), (0.21, "critical")],
)
def test_bands_are_exceeded_and_not_reached(value: float, status: str) -> None:
    assert evidence.band_status(value, Bands()) == status


FINE = FeatureDrift(
    "x", "number", "quantile", (), (), (), (), Status.OK, Evidence.NONE, Bands(), _figures(0.01)
)
GONE = replace(FINE, status=Status.NO_DATA, evidence=Evidence.INCONCLUSIVE, figures=None)


def _feature(value: float, word: Evidence) -> FeatureDrift:
    status = evidence.band_status(value, Bands())
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
    assert [reason.outcome for reason in found.entries] == ["fail", "inconclusive", "pass"]
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


def test_the_exceedance_of_an_end_is_the_share_of_splits_that_have_it() -> None:
    """Of C(8, 4) splits, C(6, 2) have both outermost rows in the current window; two ends."""
    baseline, current = np.array([0, 4, 0]), np.array([0, 2, 2])
    share = math.comb(6, 2) / math.comb(8, 4)
    assert ends_p_value(baseline, current) == pytest.approx(2 * share)
    assert ends_p_value(current, baseline) == 1.0, "and its own ends say nothing"


@given(
    st.lists(st.integers(1, 40), min_size=2, max_size=30),
    st.floats(0.01, 0.99),
    st.integers(0, 2**32 - 1),
)
def test_which_texts_are_repeated_depends_on_neither_window_alone(
    pooled: list[int], share: float, seed: int
) -> None:
    """However the rows are split into two windows of the same sizes, the same texts are."""
    rng, drawn = np.random.default_rng(seed), max(1, int(share * sum(pooled)))
    repeated = set()
    for _ in range(3):
        current = rng.multivariate_hypergeometric(pooled, drawn)
        sides = [
            ValueCounts({str(at): int(rows) for at, rows in enumerate(side) if rows})
            for side in (np.array(pooled) - current, current)
        ]
        repeated.add(sum(counts.bins[1] for counts in repeated_counts(*sides)))
    assert len(repeated) == 1
