"""Calibration: the statistics against scipy and known answers, thresholds against their promise."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lensops.errors import Undecided
from lensops.evals.agreement import agreement, kappa, kendall, pearson, ranks, rate, spearman
from lensops.evals.calibration import Aim, Rated, calibrate, held_out, passing_counts, threshold

SUMMEVAL = Path(__file__).parents[3] / "shared" / "data" / "summeval.jsonl"

pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=40)


def simulated(seed: int, n: int = 400, *, noise: float = 0.12) -> list[Rated]:
    """Scores that tell good outputs from bad ones, with noise, five to a group."""
    random = np.random.default_rng(seed)
    quality = random.uniform(0, 1, n)
    scores = np.clip(quality + random.normal(0, noise, n), 0, 1)
    return [
        Rated(str(at), float(scores[at]), float(1 + 4 * quality[at]), bool(quality[at] > 0.6),
              str(at // 5))
        for at in range(n)
    ]  # fmt: skip


@given(pairs)
def test_rank_correlations_are_those_of_scipy(values: list[tuple[int, int]]) -> None:
    a, b = np.array(values, dtype=float).T
    if len(set(a)) == 1 or len(set(b)) == 1:
        assert math.isnan(spearman(a, b))
        assert math.isnan(kendall(a, b))
        return
    assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-12)
    assert kendall(a, b) == pytest.approx(stats.kendalltau(a, b).statistic, abs=1e-12)
    assert pearson(a, b) == pytest.approx(stats.pearsonr(a, b).statistic, abs=1e-12)
    assert ranks(a).tolist() == stats.rankdata(a).tolist()


@given(st.integers(0, 300), st.integers(1, 300), st.sampled_from([0.8, 0.95, 0.99]))
def test_intervals_of_rates_are_those_of_scipy(hits: int, n: int, confidence: float) -> None:
    hits = min(hits, n)
    found = rate(hits, n, confidence)
    exact = stats.binomtest(hits, n).proportion_ci(confidence, method="exact")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_intervals_cover_the_true_share_at_least_as_often_as_they_say() -> None:
    random = np.random.default_rng(7)
    for share in (0.02, 0.1, 0.5):
        hits = random.binomial(40, share, 2000)
        intervals = [rate(k, 40, 0.95) for k in range(41)]
        covered = [intervals[k].low <= share <= intervals[k].high for k in hits]
        assert np.mean(covered) >= 0.95


def test_kappa_is_cohens() -> None:
    assert kappa(20, 5, 10, 15) == pytest.approx(0.4)  # the textbook table of 50 grant proposals
    assert kappa(10, 0, 0, 10) == 1
    assert kappa(25, 25, 25, 25) == 0
    assert math.isnan(kappa(10, 0, 0, 0))
    assert math.isnan(kappa(0, 0, 0, 0))


def test_nothing_rated_has_no_rate() -> None:
    assert math.isnan(rate(0, 0, 0.95).value)


def test_agreement_counts_both_errors() -> None:
    scores = np.array([0.9, 0.8, 0.3, 0.7, 0.2])
    accepted = np.array([True, True, True, False, False])
    found = agreement(scores, accepted, 0.5, 0.95)
    assert (found.false_pass.hits, found.false_pass.n) == (1, 2)
    assert (found.false_fail.hits, found.false_fail.n) == (1, 3)
    assert (found.agreed.hits, found.n) == (3, 5)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=30))
def test_cuts_stand_between_scores_and_count_as_a_threshold_does(
    rows: list[tuple[float, bool]],
) -> None:
    scores, accepted = (np.array(column) for column in zip(*rows, strict=True))
    for cut, right, wrong in zip(*passing_counts(scores, accepted), strict=True):
        assert right == int(((scores >= cut) & accepted).sum())
        assert wrong == int(((scores >= cut) & ~accepted).sum())


def test_parts_are_whole_groups_and_repeat_with_the_seed() -> None:
    groups = [str(at // 7) for at in range(210)]
    test = held_out(groups, 0.5, 1)
    assert test.sum() == pytest.approx(105, abs=7)
    for name in set(groups):
        assert (
            len({bool(row) for row, group in zip(test, groups, strict=True) if group == name}) == 1
        )
    assert (test == held_out(groups, 0.5, 1)).all()
    assert (test != held_out(groups, 0.5, 2)).any()


def test_the_threshold_that_agrees_best_is_near_the_true_cut() -> None:
    found = calibrate(simulated(3), Aim(), present=0.9)
    assert 0.5 < found.threshold < 0.7
    assert found.held_out.kappa > 0.5
    assert found.present is not None
    assert found.present.kappa < found.held_out.kappa
    assert found.n == 400
    assert found.groups == 80


@pytest.mark.slow
def test_a_bounded_false_pass_rate_is_bounded_for_outputs_never_seen() -> None:
    fresh = [each.score for each in simulated(999, 20_000) if not each.accepted]
    found = [calibrate(simulated(seed), Aim(max_false_pass=0.1)) for seed in range(40)]
    kept = [np.mean(np.array(fresh) >= each.threshold) <= 0.1 for each in found]
    assert np.mean(kept) >= 0.95


def test_a_stricter_bound_gives_a_higher_threshold() -> None:
    strict = calibrate(simulated(3), Aim(max_false_pass=0.05)).threshold
    assert strict > calibrate(simulated(3), Aim(max_false_pass=0.2)).threshold


def test_the_lowest_threshold_that_bounds_is_taken() -> None:
    scores = np.linspace(0, 1, 201)
    accepted = scores > 0.5
    aim = Aim(max_false_pass=0.1)
    found = threshold(scores, accepted, aim)
    bad = int((~accepted).sum())
    below = int(((scores >= found - 0.006) & ~accepted).sum())
    assert rate(int(((scores >= found) & ~accepted).sum()), bad, 0.95).high <= 0.1
    assert rate(below, bad, 0.95).high > 0.1


def test_of_equal_thresholds_the_strictest_is_taken() -> None:
    scores, accepted = np.array([0.1, 0.4, 0.6, 0.9]), np.array([False, True, False, True])
    assert threshold(scores, accepted, Aim()) == 0.75


@pytest.mark.parametrize(
    ("rated", "aim", "message", "hint"),
    [
        (simulated(1)[:3], Aim(), "part has", "rate more outputs"),
        ([], Aim(), "0 accepted and 0 rejected", "rate more"),
        (simulated(1, 40), Aim(max_false_pass=0.001), "no threshold keeps", "rejected outputs"),
        (
            [Rated(str(i), 0.5, 1 + i % 5, i % 2 == 0, str(i)) for i in range(50)],
            Aim(),
            "better than chance",
            "rubric",
        ),
    ],
)
def test_too_little_evidence_is_said(rated: list[Rated], aim: Aim, message: str, hint: str) -> None:
    with pytest.raises(Undecided, match=message) as caught:
        calibrate(rated, aim)
    assert hint in (caught.value.hint or "")


def test_scores_that_mean_nothing_are_found_out_on_the_held_out_part() -> None:
    random = np.random.default_rng(5)
    rated = [
        Rated(str(i), float(random.uniform()), 3.0, bool(random.uniform() > 0.5), str(i))
        for i in range(400)
    ]
    assert abs(calibrate(rated, Aim()).held_out.kappa) < 0.2


@pytest.mark.skipif(not SUMMEVAL.is_file(), reason="the shared data is not here")
def test_expert_ratings_of_summaries() -> None:
    """ROUGE says little of relevance, as the SummEval paper found: tau-b about 0.2 to 0.3."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"], use_stemmer=True)
    rated = []
    for row in map(json.loads, SUMMEVAL.read_text().splitlines()):
        score = scorer.score(row["reference"], row["output"])["rougeL"].fmeasure
        rating = row["human"]["relevance"]
        rated.append(Rated(row["id"], score, rating, rating >= 4, row["group"]))
    found = calibrate(rated, Aim())
    assert found.groups == 100
    assert 0.05 < found.kendall < found.spearman < 0.4
    assert found.held_out.kappa < 0.4
    assert found.development.n + found.held_out.n == 800
