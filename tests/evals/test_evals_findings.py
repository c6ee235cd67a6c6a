"""What a suite's figures mean, rule by rule, and that the verdict is the join of the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.evals.findings import SHOWN, suite_findings
from lensops.evals.result import CaseScore, JudgeTotals, Regression, SuiteResult
from lensops.evals.summary import About, Tally
from lensops.evidence import Finding, Outcome
from lensops.manifest import Suite

PASS, FAIL, OPEN, NOTE = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.NOTE
COMPARED = Regression("v1", 0.01, (-0.005, 0.025), 0.02, 0.95, PASS, 50, 3, reason="little is lost")


def case(name: str, score: float | None, **changes: Any) -> CaseScore:
    values = {"must_pass": False, "scores": {}, "outputs": ("x",)} | changes
    return CaseScore(name, None, aggregate=score, **values)


def many(score: float | None, count: int, **changes: Any) -> list[CaseScore]:
    return [case(f"{score}-{number}", score, **changes) for number in range(count)]


def result(
    cases: list[CaseScore],
    judge: JudgeTotals | None = None,
    compared: Regression | None = None,
    threshold: float = 0.75,
    **changes: Any,
) -> SuiteResult:
    values = {"cases": "c.jsonl", "threshold": 0.75, "weights": {"bleu": 1.0}} | changes
    suite = Suite.model_validate(values)
    tally = Tally(About("copy", "copy", "v2", suite, threshold))
    for scored in cases:
        tally.add(scored)
    found = replace(tally.result(compared), judge=judge)
    return replace(found, findings=suite_findings(found))


def one(found: SuiteResult, rule: str) -> Finding:
    (finding,) = [finding for finding in found.findings if finding.rule == rule]
    return finding


@pytest.mark.parametrize(
    ("found", "rule", "outcome", "message"),
    [
        (
            result(many(0.75, 20)),
            "threshold",
            PASS,
            "mean score 0.7500 of 20 cases reaches the threshold 0.75",
        ),
        (result(many(0.7499, 20)), "threshold", FAIL, "is under the threshold 0.75"),
        (
            result([*many(0.7, 30), *many(None, 20, outputs=())]),
            "threshold",
            OPEN,
            "under the threshold 0.75, which the 20 without a score may yet turn",
        ),
        (result(many(0.8, 20), threshold=0.9), "threshold", FAIL, "(an override: the manifest"),
        (result([]), "threshold", OPEN, "there are no cases"),
        (result(many(None, 2)), "threshold", OPEN, "no case has a score"),
        (
            result([*many(0.8, 20), *many(None, 2, outputs=()), case("u", None)]),
            "missing",
            OPEN,
            "of 23 cases 2 have no output and 1 have no score; 0% may lack one",
        ),
        (
            result([*many(0.8, 20), *many(None, 2, outputs=())], max_missing=0.1),
            "missing",
            NOTE,
            "2 have no output; 10% may lack one",
        ),
        (result(many(0.8, 5), min_cases=20), "min_cases", OPEN, "min_cases asks for 20"),
        (
            result([*many(0.8, 20), case("c", None, must_pass=True, outputs=())], max_missing=0.5),
            "must_pass",
            OPEN,
            "1 of 1 cases that must pass have no output or score: c",
        ),
        (
            result([*many(0.8, 20), case("c", 1.0, must_pass=True, broken="no")]),
            "must_pass",
            FAIL,
            "c must pass and does not: no",
        ),
        (result(many(0.8, 2, must_pass=True)), "must_pass", PASS, "all 2 cases that must pass do"),
        (result(many(0.8, 1, must_pass=True)), "must_pass", PASS, "the one case that must pass do"),
        (
            result(many(0.8, 50), JudgeTotals("openai:x", neutral=50, reason="no key")),
            "judge",
            NOTE,
            "50 of 50 cases were not judged and have the neutral 0.75: no key",
        ),
        (
            result(many(0.8, 50), compared=COMPARED),
            "regression",
            PASS,
            "+0.0100 against v1: little is lost",
        ),
    ],
)
def test_each_rule(found: SuiteResult, rule: str, outcome: Outcome, message: str) -> None:
    finding = one(found, rule)
    assert finding.outcome is outcome
    assert message in finding.message
    assert finding.keys[:2] == ("evals", "copy")
    if outcome is not NOTE:
        assert found.outcome is outcome


def test_many_broken_cases_are_counted_not_listed() -> None:
    found = result(many(0.9, 5000, must_pass=True, broken="no"))
    assert len([f for f in found.findings if f.rule == "must_pass"]) == SHOWN + 1
    assert any(f.message == "4,980 more cases that must pass do not" for f in found.findings)


def test_a_pass_without_a_difference_is_none() -> None:
    odd = Regression("v1", None, None, 0.02, 0.95, PASS, 0, 0, reason="nothing to compare")
    assert one(result(many(0.8, 20), compared=odd), "regression").outcome is OPEN


def test_readings_name_value_n_interval_and_recipe() -> None:
    found = result(many(0.8, 20), compared=COMPARED)
    assert [(r.name, r.subject, r.value, r.n) for r in found.readings] == [
        ("mean_score", "copy", pytest.approx(0.8), 20),
        ("difference", "copy", 0.01, 50),
    ]
    assert result([]).readings == ()


@given(
    scores=st.lists(st.none() | st.floats(0, 1), max_size=12),
    must_pass=st.booleans(),
    max_missing=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_a_pass_has_a_score_that_reaches_the_threshold(
    scores: list[float | None], must_pass: bool, max_missing: float
) -> None:
    cases = [case(f"c{n}", score, must_pass=must_pass) for n, score in enumerate(scores)]
    found = result(cases, max_missing=max_missing)
    if found.outcome is PASS:
        assert found.mean is not None
        assert found.mean >= 0.75 - 1e-9
        assert None not in scores or max_missing > 0
        assert not (must_pass and None in scores)
