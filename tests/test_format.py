"""Formats of figures: known answers, and what rounding must not hide."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.format import (
    count_shares,
    format_difference,
    format_interval,
    format_limit,
    format_minute,
    format_p_value,
    format_percent,
    format_score,
    plural,
    score_bar,
    short_commit,
    short_digest,
    shorten,
    sparkline,
)


def test_scores_and_differences() -> None:
    assert [format_score(x) for x in (0.5, 1.0, None)] == ["0.5000", "1.0000", "–"]
    assert format_score(None, "none") == "none"
    assert [format_difference(x) for x in (0.5, -0.25, None)] == ["+0.5000", "-0.2500", "–"]
    assert format_interval((0.25, 0.75)) == "0.2500 to 0.7500"
    assert format_interval((-0.25, 0.75), signed=True) == "-0.2500 to +0.7500"
    assert format_interval(None) == ""


@given(st.floats(-10, 10).map(lambda x: round(x, 6)))
def test_a_limit_is_written_exactly_and_with_two_decimals_at_least(limit: float) -> None:
    text = format_limit(limit)
    assert float(text) == limit
    assert "e" in text or len(text.partition(".")[2]) >= 2


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0%"), (0.0001, "<1%"), (0.012, "1%"), (0.95, "95%"), (0.9999, ">99%"), (1, "100%")],
)
def test_a_percentage_never_rounds_to_none_or_all(share: float, text: str) -> None:
    assert format_percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (math.nan, "–"), (1e-300, "< 0.0001"), (0.00012, "0.00012"), (0.5, "0.5")],
)
def test_p_values(value: float | None, text: str) -> None:
    assert format_p_value(value) == text


def test_counts_digests_and_times() -> None:
    assert [plural(n, "prompt") for n in (0, 1, 2000)] == ["0 prompts", "1 prompt", "2,000 prompts"]
    assert short_digest("sha256:" + "ab" * 32) == "abababababab"
    assert short_commit("c" * 40) == "c" * 10
    assert format_minute("2026-10-13T09:12:33Z") == "2026-10-13 09:12"


@given(st.text(), st.integers(1, 40))
def test_a_shortened_text_is_one_line_within_the_limit(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert "\n" not in short


def test_shares_and_bars() -> None:
    assert count_shares([1, 3]) == (0.25, 0.75)
    assert count_shares([0, 0]) == ()
    assert score_bar(0.5) == "█████░░░░░"
    assert score_bar(None) == ""
    assert sparkline([0, 0.001, 0.5, 1]) == " ▁▅█"
