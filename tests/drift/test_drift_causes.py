"""Causes in words: each kind is named where it is, and nothing is named where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lensops.drift.results import FeatureDrift
from support.drift import SHARED, feature, windows

ROWS = 4000


def compared(folder: Path, baseline: Any, current: Any, **settings: Any) -> FeatureDrift:
    windows(folder, {"x": baseline}, {"x": current}, "parquet")
    files = {"baseline": "baseline.parquet", "current": "current.parquet"}
    return feature(folder, features={"x": settings}, **files)


def texts(found: FeatureDrift) -> dict[str, str]:
    return {cause.kind: cause.text for cause in found.causes}


def recency(rng: np.random.Generator, rows: int = ROWS) -> np.ndarray:
    return rng.integers(0, 90, rows)


@pytest.mark.parametrize("by", [1, -1, 3, 30])
def test_a_constant_offset_is_named_though_its_psi_is_small(tmp_path: Path, by: int) -> None:
    """Every customer's recency grew by a day: 0 to 89 became 1 to 90."""
    days = recency(np.random.default_rng(1))
    found = compared(tmp_path, days, days + by)
    assert texts(found)["offset"] == f"shifted by about {by:+.1f}"
    if abs(by) == 1:
        assert found.psi is not None
        assert found.psi < 0.06
        assert found.status == "ok"


def test_an_offset_of_other_customers_is_named_as_well(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    found = compared(tmp_path, recency(rng, 30_000), recency(rng, 30_000) + 1)
    assert texts(found)["offset"] == "shifted by about +1.0"


def test_an_offset_of_a_continuous_number_is_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    found = compared(tmp_path, rng.normal(50, 10, ROWS), rng.normal(55, 10, ROWS))
    assert texts(found)["offset"].startswith("shifted by about +")
    amount = float(texts(found)["offset"].rsplit("+", 1)[1])
    assert amount == pytest.approx(5, abs=0.7)


@pytest.mark.parametrize("factor", [100.0, 0.001, 1.3])
def test_another_unit_is_named_as_a_factor(tmp_path: Path, factor: float) -> None:
    rng = np.random.default_rng(4)
    found = compared(tmp_path, rng.gamma(3, 2, ROWS), rng.gamma(3, 2, ROWS) * factor)
    assert texts(found)["scale"].startswith("multiplied by about ")
    assert float(texts(found)["scale"].split()[-1]) == pytest.approx(factor, rel=0.06)
    assert "offset" not in texts(found)


def test_a_wider_spread_is_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    found = compared(tmp_path, rng.normal(100, 10, ROWS), rng.normal(100, 15, ROWS))
    words = texts(found)["scale"]
    assert words.startswith("spread ")
    assert float(words.split()[1]) == pytest.approx(1.5, rel=0.08)


def test_a_spike_is_named_with_its_value(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    baseline, current = rng.normal(40, 9, ROWS), rng.normal(40, 9, ROWS)
    current[:800] = 0.0
    assert texts(compared(tmp_path, baseline, current))["spike"] == (
        "20 % are the one value 0 (under 1 % before)"
    )


def test_a_truncation_is_named_with_its_bound(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    baseline = rng.normal(40, 9, ROWS)
    current = rng.normal(40, 9, 2 * ROWS)
    found = compared(tmp_path, baseline, current[current < 50])
    words = texts(found)["truncation"].split()
    assert words[:2] == ["nothing", "above"]
    assert float(words[2]) == pytest.approx(50, abs=0.1)


def test_missing_values_are_named_with_both_shares(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    baseline, current = rng.random(ROWS), rng.random(ROWS)
    current[: ROWS // 4] = np.nan
    found = compared(tmp_path, baseline, current)
    assert texts(found)["missing"] == "25 % are missing (0 % before)"
    assert found.missing == (0, ROWS // 4)
    assert found.status == "critical"


def test_infinite_values_are_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    baseline, current = rng.random(ROWS), rng.random(ROWS)
    current[:400] = np.inf
    assert texts(compared(tmp_path, baseline, current))["infinite"] == (
        "10 % are infinite (0 % before)"
    )


def test_new_categories_are_named_with_examples(tmp_path: Path) -> None:
    baseline, current = ["a", "b"] * 200, ["a", "b", "z", "z", "y"] * 80
    words = texts(compared(tmp_path, baseline, current))["new"]
    assert words == "60 % are new categories, such as 'z', 'y'"


def test_the_cells_that_carry_a_shift_are_named_with_their_part(tmp_path: Path) -> None:
    baseline, current = ["a"] * 500 + ["b"] * 500, ["a"] * 800 + ["b"] * 200
    words = texts(compared(tmp_path, baseline, current))["bins"]
    assert words == "carried by b 50 % → 20 % (66% of the PSI); a 50 % → 80 % (34% of the PSI)"


def test_chance_is_named_with_what_it_can_do(tmp_path: Path) -> None:
    rng = np.random.default_rng(10)
    found = compared(tmp_path, rng.random(60), rng.random(60))
    assert found.evidence == "inconclusive"
    words = texts(found)["chance"]
    assert words.startswith("chance explains it: without any shift, PSI reaches 0.")
    assert words.endswith("rows needed")


SAME = {
    "normal": lambda rng: rng.normal(5, 2, ROWS),
    "heavy tails": lambda rng: rng.standard_t(2, ROWS),
    "whole numbers": lambda rng: rng.poisson(3, ROWS),
    "days": recency,
    "scores": lambda rng: rng.beta(2, 8, ROWS),
    "mostly nought": lambda rng: np.where(rng.random(ROWS) < 0.9, 0.0, rng.normal(size=ROWS)),
}


@pytest.mark.parametrize("kind", SAME)
def test_nothing_is_named_without_a_shift(tmp_path: Path, kind: str) -> None:
    named = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        named += bool(compared(tmp_path, SAME[kind](rng), SAME[kind](rng)).causes)
    assert named <= 1  # one in twenty is called by chance


def test_a_shift_of_other_form_is_no_offset_and_no_factor(tmp_path: Path) -> None:
    rng = np.random.default_rng(12)
    mixed = np.concatenate([rng.normal(0, 1, ROWS // 2), rng.normal(8, 1, ROWS // 2)])
    kinds = texts(compared(tmp_path, rng.normal(0, 1, ROWS), mixed))
    assert "offset" not in kinds
    assert "bins" in kinds


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not here")
def test_the_length_of_real_answers_is_chance_and_their_code_fences_are_not() -> None:
    """GPT-4 in March against June 2023, 50 answers a side."""
    file = "LEETCODE_EASY_EVAL.csv"
    sides = [{"data": file, "where": {"model": f"openaichat/gpt-4-{d}"}} for d in ("0314", "0613")]
    keys: dict[str, Any] = {"baseline": sides[0], "current": sides[1]}
    features = {"answer": {"kind": "text"}}
    length = feature(SHARED, "answer.length", features=features, **keys)
    assert length.psi == pytest.approx(0.49, abs=0.05)
    assert (length.status, length.evidence) == ("critical", "inconclusive")
    assert "chance explains it" in texts(length)["chance"]
    fence = feature(SHARED, "answer.code_fence", features=features, **keys)
    assert fence.evidence == "confirmed"
    assert "yes 0 % → 88 %" in texts(fence)["bins"]
