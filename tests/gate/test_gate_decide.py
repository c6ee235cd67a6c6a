"""The verdict: findings and readings joined; what is not known is never taken for a pass."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.evidence import Finding, Outcome, Reading
from lensops.gate import decide

PASS, FAIL, OPEN, NOTE = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.NOTE
SOUND = Finding("manifest", "m.yaml", PASS, "sound")
SCORE = Reading("mean_score", "copy", value=0.8, n=50, recipe="mean")


def test_a_verdict_holds_all_findings_readings_and_digests() -> None:
    verdict = decide([SOUND], [SCORE], {"release": "sha256:a"})

    assert verdict.outcome is PASS
    assert verdict.findings == (SOUND,)
    assert verdict.readings == (SCORE,)
    assert verdict.digests == {"release": "sha256:a"}


def test_a_verdict_without_evals_and_drift_is_inconclusive() -> None:
    verdict = decide([SOUND], [])

    assert verdict.outcome is OPEN
    assert "neither `evals` nor `drift`" in verdict.findings[-1].message


@pytest.mark.parametrize("section", ["evals", "drift"])
def test_a_verdict_without_a_figure_is_inconclusive(section: str) -> None:
    unmeasured = Finding("missing", "copy", NOTE, "no output", keys=(section, "copy"))

    verdict = decide([SOUND, unmeasured], [])

    assert verdict.outcome is OPEN
    assert verdict.findings[-1].message == "nothing could be measured"


def test_a_pass_on_a_figure_that_is_no_number_is_none() -> None:
    odd = Finding("odd", "x", PASS, "fine", math.nan, 1.0)

    assert decide([odd], [SCORE]).outcome is OPEN


@given(st.lists(st.sampled_from(Outcome), max_size=5), st.booleans())
def test_a_verdict_never_is_milder_than_any_finding(
    outcomes: list[Outcome], is_measured: bool
) -> None:
    findings = [Finding("r", "s", outcome, "m") for outcome in outcomes]

    verdict = decide(findings, [SCORE] if is_measured else [])

    if verdict.outcome is PASS:
        assert is_measured
        assert PASS in outcomes
        assert not {FAIL, OPEN} & set(outcomes)
    assert (verdict.outcome is FAIL) == (FAIL in outcomes)
