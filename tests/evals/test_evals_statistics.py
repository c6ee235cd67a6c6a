"""The statistics as statistics: coverage, false alarms, groups; simulated with fixed seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lensops.evals.interval import ClusterTotals, clustered_mean, t_quantile
from lensops.evals.regression import Comparison, compare
from lensops.evidence import Outcome

MARGIN = 0.02
LEVEL = 0.95
RUNS = 400
NOISE = 3 * (0.025 * 0.975 / RUNS) ** 0.5  # three standard errors of a simulated 2.5 % rate

Draw = Callable[[np.random.Generator], tuple[np.ndarray, list[str]]]


def independent(count: int, spread: float) -> Draw:
    """Differences of unrelated cases; skewed, as scores are."""

    def draw(random: np.random.Generator) -> tuple[np.ndarray, list[str]]:
        drawn = random.gamma(4, 0.5, count) - 2
        return spread * drawn, [f"case {number}" for number in range(count)]

    return draw


def grouped(groups: int, size: int, spread: float) -> Draw:
    """Differences of which half the variance is shared by a group."""

    def draw(random: np.random.Generator) -> tuple[np.ndarray, list[str]]:
        shared = np.repeat(random.normal(0, 1, groups), size)
        own = random.normal(0, 1, groups * size)
        names = [f"group {number // size}" for number in range(groups * size)]
        return spread * (shared + own) / 2**0.5, names

    return draw


def comparison(
    differences: Iterable[tuple[str, float]], margin: float = MARGIN, identical: int = 0
) -> Comparison:
    """The comparison of pairs that differ by so much, each in a cluster."""
    totals = ClusterTotals()
    for cluster, difference in differences:
        totals.add(difference, cluster)
    return compare(totals, identical, margin, LEVEL)


def outcomes(draw: Draw, shift: float, seed: int = 7) -> dict[Outcome, float]:
    """How often each outcome came in simulated comparisons whose true difference is `shift`."""
    random = np.random.default_rng(seed)
    counts: dict[Outcome, int] = dict.fromkeys(Outcome, 0)
    for _ in range(RUNS):
        differences, names = draw(random)
        shifted = [(name, float(v) + shift) for name, v in zip(names, differences, strict=True)]
        counts[comparison(shifted).outcome] += 1
    return {outcome: count / RUNS for outcome, count in counts.items()}


DRAWS = {
    "50 cases": independent(50, 0.1),
    "12 cases": independent(12, 0.1),
    "20 groups of 5": grouped(20, 5, 0.1),
    "12 groups of 10": grouped(12, 10, 0.1),
}


@pytest.mark.parametrize("name", DRAWS)
def test_no_change_is_seldom_called_a_loss(name: str) -> None:
    """Nothing lost: a fail is a false alarm, and far under its nominal 2.5 %."""
    assert outcomes(DRAWS[name], 0.0)[Outcome.FAIL] <= 0.025 + NOISE


@pytest.mark.parametrize("name", DRAWS)
def test_a_loss_of_the_margin_seldom_passes(name: str) -> None:
    """At the margin itself, a pass or a fail is wrong by chance alone: 2.5 % each, nominally.

    Scores are skewed and groups few, so the t interval is only nearly right: up to 2 % more, with a
    dozen cases up to 4 %.
    """
    more = 0.04 if name == "12 cases" else 0.02
    found = outcomes(DRAWS[name], -MARGIN)
    assert found[Outcome.PASS] <= 0.025 + NOISE + more
    assert found[Outcome.FAIL] <= 0.025 + NOISE + more


def test_a_clear_loss_fails_and_a_clear_gain_passes() -> None:
    assert outcomes(independent(200, 0.1), -0.08)[Outcome.FAIL] > 0.99
    assert outcomes(independent(200, 0.1), 0.05)[Outcome.PASS] > 0.99


def test_groups_taken_for_single_cases_would_raise_false_alarms() -> None:
    """Why groups count: the same data without their names is wrong more than twice as often."""
    draw = grouped(12, 10, 0.1)

    def nameless(random: np.random.Generator) -> tuple[np.ndarray, list[str]]:
        values, names = draw(random)
        return values, [f"case {number}" for number, _ in enumerate(names)]

    blind = outcomes(nameless, -MARGIN)
    seeing = outcomes(draw, -MARGIN)
    wrong = [found[Outcome.PASS] + found[Outcome.FAIL] for found in (blind, seeing)]
    assert wrong[0] > 2 * wrong[1]


@pytest.mark.parametrize("name", DRAWS)
def test_intervals_cover_the_truth_as_often_as_they_say(name: str) -> None:
    random = np.random.default_rng(11)
    covered = 0
    for _ in range(RUNS):
        values, names = DRAWS[name](random)
        interval = clustered_mean([float(v) for v in values], names).interval(LEVEL)
        assert interval is not None
        covered += interval[0] <= 0 <= interval[1]
    assert 0.92 <= covered / RUNS <= 0.97


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1)), min_size=1, max_size=20),
    st.floats(0, 0.2),
)
def test_identical_arms_never_fail(cases: list[tuple[str, float]], margin: float) -> None:
    same = [(name, 0.0) for name, _ in cases]
    found = comparison(same, margin, len(same))
    assert (found.outcome, found.difference) == (Outcome.PASS, 0.0)
    assert comparison(same, margin).outcome is not Outcome.FAIL


@given(st.floats(0.51, 0.999), st.integers(1, 5_000))
def test_the_t_quantile_is_scipys(confidence: float, freedom: int) -> None:
    wanted = float(stats.t.ppf((1 + confidence) / 2, freedom))
    assert t_quantile(confidence, freedom) == pytest.approx(wanted, rel=1e-8)


def test_single_cases_give_the_usual_interval() -> None:
    values = [0.2, 0.4, 0.9, 0.7, 0.5]
    interval = clustered_mean(values, list("abcde")).interval(LEVEL)
    wanted = stats.t.interval(LEVEL, 4, np.mean(values), stats.sem(values))
    assert interval == pytest.approx([float(bound) for bound in wanted])


def test_groups_of_copies_count_as_one_case() -> None:
    once = clustered_mean([0.2, 0.4, 0.9], list("abc"))
    copied = clustered_mean([0.2, 0.4, 0.9] * 10, list("abc") * 10)
    assert copied.interval(LEVEL) == pytest.approx(once.interval(LEVEL))


def test_one_group_says_nothing_of_chance() -> None:
    assert clustered_mean([0.1, 0.9], ["a", "a"]).interval(LEVEL) is None
    found = comparison([("a", 0.4), ("a", -0.4)])
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "one group" in found.reason


def test_no_pairs_are_inconclusive() -> None:
    assert comparison([]).outcome is Outcome.INCONCLUSIVE


def test_the_number_that_would_decide_decides() -> None:
    random = np.random.default_rng(3)
    pairs = [(f"c{n}", float(random.normal(-0.005, 0.1))) for n in range(30)]
    found = comparison(pairs)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.n_needed is not None
    assert found.n_needed > 30
    times = -(-found.n_needed // 30)
    more = [(f"{name} {n}", value) for n in range(times) for name, value in pairs]
    assert comparison(more).outcome is Outcome.PASS


@pytest.mark.parametrize("level", [1.0, 0.8, 0.4, 0.2, 0.1])
@pytest.mark.parametrize("margin", [0.1, 0.02, 0.25])
def test_losing_exactly_the_margin_passes_at_any_level(level: float, margin: float) -> None:
    lost = [(f"c{n}", (level - margin) - level) for n in range(10)]
    assert comparison(lost, margin).outcome is Outcome.PASS
    more = [(name, value - 1e-6) for name, value in lost]
    assert comparison(more, margin).outcome is Outcome.FAIL
