"""Outcomes and statuses: one sign, one word, one tone for each, in one order."""

from __future__ import annotations

import pytest

from lensops.drift.evidence import Status
from lensops.evidence import Finding, Outcome
from lensops.plan import State
from lensops.report.document import Tone
from lensops.report.outcome import (
    LOOKS,
    finding_line,
    outcome_of,
    severity,
    status_sign,
    tone_of,
    verdict_text,
)


def test_every_outcome_has_a_look_and_no_two_share_one() -> None:
    assert set(LOOKS) == set(Outcome)
    for part in ("sign", "word", "tone"):
        assert len({getattr(look, part) for look in LOOKS.values()}) == len(Outcome)


def test_what_stops_a_release_comes_first() -> None:
    assert sorted(Outcome, key=severity) == ["fail", "inconclusive", "note", "pass"]


def test_a_finding_is_one_line_with_rule_and_subject() -> None:
    finding = Finding("gate_loosened", "copy", Outcome.INCONCLUSIVE, "the threshold fell")
    text = "".join(span.text for span in finding_line(finding))
    assert text == "? gate loosened copy: the threshold fell"


def test_words_of_last_lines() -> None:
    assert verdict_text(Outcome.FAIL) == "FAILED ✗"
    assert [outcome_of(passed=value) for value in (True, False, None)] == [
        Outcome.PASS,
        Outcome.FAIL,
        Outcome.INCONCLUSIVE,
    ]


@pytest.mark.parametrize("status", [*Status, *State, "active", "rolled back", "archived", "never"])
def test_a_status_is_good_only_where_nothing_is_to_be_done(status: str) -> None:
    is_good = status in {"ok", "synced", "active"}
    assert (tone_of(str(status)) is Tone.GOOD) == is_good


def test_an_unknown_status_is_never_good() -> None:
    assert tone_of("something else") is Tone.WARN
    assert status_sign("something else").text == "?"
