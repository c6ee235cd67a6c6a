"""Texts that a reader takes for equal: what `normalize: nfkc` mends, and what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.evals.words import look_alike_hint

MENDED = [
    ("Café", "Cafe\u0301"),
    ("office", "o\ufb03ce"),
    ("10 km", "10\u00a0km"),
    ("ABC 123", "ＡＢＣ　１２３"),
    ("½", "1⁄2"),
]
OTHER = [
    ("don't", "don’t"),
    ('say "hi"', "say «hi»"),
    ("Monday-Friday", "Monday–Friday"),
    ("offer", "of\u200bfer"),
    ("cooperate", "co\u00adoperate"),
    ("paypal", "р\u0430ypal"),
    ("OHM", "ΟΗΜ"),
    ("two words", "two  words"),
]


@pytest.mark.parametrize(("part", "text"), MENDED)
def test_what_the_normal_form_mends(part: str, text: str) -> None:
    for whole in (True, False):
        assert "`normalize: nfkc`" in (look_alike_hint(part, text, whole=whole) or "")


@pytest.mark.parametrize(("part", "text"), OTHER)
def test_what_looks_alike_all_the_same(part: str, text: str) -> None:
    for first, second in ((part, text), (text, part)):
        hint = look_alike_hint(first, f"So: {second}.", whole=False) or ""
        assert "it looks alike, with other quotes" in hint
    assert look_alike_hint(part, f"So: {text}.", whole=True) is None


@pytest.mark.parametrize(("part", "text"), [("tea", "coffee"), ("Tea", "tea"), ("ten", "10")])
def test_what_does_not_look_alike_has_no_hint(part: str, text: str) -> None:
    assert look_alike_hint(part, text, whole=True) is None


@given(st.text(min_size=1))
def test_every_text_looks_like_itself(text: str) -> None:
    assert look_alike_hint(text, text, whole=True) is not None
