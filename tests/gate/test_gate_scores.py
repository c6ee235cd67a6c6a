"""What the figures of evals and monitors mean; goes where the findings are made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.evidence import Finding, Outcome, Verdict
from lensops.gate import Compared, Scored
from lensops.gate import decide as join
from lensops.gate.scores import score_findings, score_readings

PASS, FAIL, OPEN, NOTE = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.NOTE
SUITE = Scored(
    "copy", 0.8, (0.78, 0.82), 0.75, 0.75, 50, 50, 0, 0, 0, PASS, (), "mean", must_pass=2
)
COMPARED = Compared("v1", 0.01, (-0.005, 0.025), 0.02, 0.95, PASS, 50)


def decide(findings: Iterable[Finding], suites: Sequence[Scored] = ()) -> Verdict:
    joined, readings = [*findings], []
    for suite in suites:
        joined += score_findings(suite)
        readings += score_readings(suite)
    return join(joined, readings)


def one(verdict: Verdict, rule: str) -> Finding:
    (found,) = [finding for finding in verdict.findings if finding.rule == rule]
    return found


def test_a_score_at_the_threshold_passes_with_its_figures() -> None:
    verdict = decide((), [replace(SUITE, mean=0.75)])
    assert verdict.outcome is PASS
    assert [(f.rule, f.outcome) for f in verdict.findings] == [
        ("threshold", PASS),
        ("must_pass", PASS),
    ]
    assert one(verdict, "threshold").message == "mean score 0.7500 of 50 cases is not below 0.75"
    assert [reading.name for reading in verdict.readings] == ["mean_score"]


@pytest.mark.parametrize(
    ("changes", "rule", "outcome", "message"),
    [
        ({"mean": 0.7499}, "threshold", FAIL, "0.7499 of 50 cases is below 0.75"),
        (
            {"mean": 0.7, "n": 30, "missing": 20, "outcome": OPEN},
            "threshold",
            OPEN,
            "below 0.75, which the 20 without a score may yet turn",
        ),
        ({"missing": 2, "unscored": 1}, "missing", OPEN, "2 have no output and 1 have no score"),
        ({"missing": 2, "max_missing": 0.1}, "missing", NOTE, "2 have no output; 10% may lack"),
        ({"n": 5, "min_cases": 20}, "min_cases", OPEN, "5 cases have a score, 20 are asked for"),
        ({"undecided": ("c1",)}, "must_pass", OPEN, "1 of 2 cases that must pass have no output"),
        ({"mean": None, "n": 0}, "threshold", OPEN, "no case was scored"),
        ({"mean": None, "n": 0, "total": 0}, "threshold", OPEN, "there are no cases"),
        ({"mean": math.nan}, "threshold", OPEN, "no case was scored"),
        ({"threshold": 0.9}, "threshold", FAIL, "(override; the manifest says 0.75)"),
        ({"broken": (("c1", "says guarantee"),)}, "must_pass", FAIL, "c1 must pass and does not"),
        ({"neutral": 50}, "judge", NOTE, "50 of 50 cases were not judged"),
        ({"outcome": OPEN, "reasons": ("3 of 50 outputs are missing",)}, "eval", OPEN, "3 of 50"),
        ({"outcome": FAIL}, "eval", FAIL, "the eval is fail"),
    ],
)
def test_each_rule_of_a_score(
    changes: dict[str, object], rule: str, outcome: Outcome, message: str
) -> None:
    verdict = decide((), [replace(SUITE, **changes)])  # type: ignore[arg-type]  # a table of kinds
    assert one(verdict, rule).outcome is outcome
    assert message in one(verdict, rule).message
    assert verdict.outcome is (PASS if outcome is NOTE else outcome)


@pytest.mark.parametrize(
    ("changes", "outcome", "message"),
    [
        ({}, PASS, "+0.0100 against v1 [-0.0050, +0.0250], margin 0.02"),
        ({"outcome": FAIL, "difference": -0.1}, FAIL, "-0.1000 against v1"),
        ({"outcome": OPEN, "n_needed": 180}, OPEN, "about 180 cases would decide"),
        ({"difference": None, "reason": "no version at the base"}, OPEN, "no version at the base"),
        ({"difference": None, "outcome": NOTE, "reason": "new"}, NOTE, "new"),
    ],
)
def test_the_regression_rule(changes: dict[str, object], outcome: Outcome, message: str) -> None:
    compared = replace(COMPARED, **changes)  # type: ignore[arg-type]  # a table of kinds
    verdict = decide((), [replace(SUITE, compared=compared)])
    assert one(verdict, "regression").outcome is outcome
    assert message in one(verdict, "regression").message
    assert one(verdict, "regression").limit == -0.02


def test_a_sum_that_ends_just_below_its_limit_reaches_it() -> None:
    mean = 0.1 + 0.2 + 0.45 - 1e-12
    assert decide((), [replace(SUITE, mean=mean)]).outcome is PASS


def test_many_broken_cases_are_counted_not_listed() -> None:
    broken = tuple((f"c{at}", "no") for at in range(5000))
    verdict = decide((), [replace(SUITE, broken=broken)])
    assert len(verdict.findings) < 30
    assert verdict.findings[-1].message == "4980 more cases that must pass do not"


@given(
    st.lists(st.sampled_from(Outcome), max_size=5),
    st.none() | st.floats(),
    st.integers(0, 3),
    st.sampled_from(Outcome),
)
def test_a_verdict_never_is_milder_than_any_finding(
    outcomes: list[Outcome], mean: float | None, n: int, own: Outcome
) -> None:
    suite = replace(SUITE, mean=mean, n=n, total=3, outcome=own, must_pass=0)
    verdict = decide([Finding("r", "s", outcome, "m") for outcome in outcomes], [suite])
    if verdict.outcome is PASS:
        assert FAIL not in outcomes
        assert OPEN not in outcomes
        assert own in (PASS, NOTE)
        assert n > 0
        assert mean is not None
        assert math.isfinite(mean)
        assert mean >= 0.75 - 1e-9
    if FAIL in outcomes or own is FAIL:
        assert verdict.outcome is FAIL
