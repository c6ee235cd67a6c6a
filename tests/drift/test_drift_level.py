"""The level of the evidence, by a coarse part of benchmarks/sim_drift.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lensops.drift.check import check_monitor
from lensops.drift.count import count_features
from lensops.drift.engine import CountQuery
from lensops.drift.engines.arrays import ArrayEngine
from lensops.drift.engines.duckdb import DuckEngine
from lensops.drift.prepare import read_baseline
from lensops.drift.profile import dump_profile, load_profile
from lensops.drift.shape import shape_of
from lensops.drift.windows import current_rows, monitor_columns, window_sources
from lensops.files import Folder
from lensops.manifest.drift import Feature, Monitor
from support.drift import monitor, windows

RUNS = 100
FIVE, GATE = 0.12, 0.03  # three standard errors above 5 % and 0.5 % at so many windows
Draw = Callable[[np.random.Generator, int], np.ndarray]


def _names(numbers: np.ndarray) -> np.ndarray:
    return np.char.add("v", numbers.astype(str))


def _zipf(rng: np.random.Generator, n: int) -> np.ndarray:
    weights = 1 / np.arange(1, 301)
    return _names(rng.choice(300, n, p=weights / weights.sum()))


def _zeros(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.where(rng.random(n) < 0.6, 0.0, rng.exponential(9, n))


CELLS: dict[str, tuple[Draw, int, int]] = {
    "normal, quantile bins": (lambda rng, n: rng.normal(size=n), 50, 50),
    "normal, small current": (lambda rng, n: rng.normal(size=n), 2000, 50),
    "60 % zeros": (
        lambda rng, n: np.where(rng.random(n) < 0.6, 0.0, rng.exponential(9, n)),
        60,
        60,
    ),
    "Likert": (lambda rng, n: rng.choice(5, n, p=[0.1, 0.2, 0.4, 0.2, 0.1]), 100, 40),
    "Zipf over 300": (_zipf, 150, 150),
    "200 equal values": (lambda rng, n: _names(rng.integers(0, 200, n)), 150, 150),
    "rare flag": (lambda rng, n: _names((rng.random(n) < 0.05) * 1), 100, 100),
}


def p_value(baseline: np.ndarray, current: np.ndarray) -> float:
    declared = Monitor(baseline="b", current="c", features={"x": Feature()})
    engine = ArrayEngine({"b": {"x": baseline}, "c": {"x": current}})
    prepared, rows = read_baseline(declared, engine, None), current_rows(declared)
    (feature,) = prepared.features
    numbers = [feature.measure] if feature.shape else []
    shapes = {name: shape_of(values) for name, values in engine.sample(rows, numbers, 1).items()}
    whole = prepared.tallies[None], engine.count(rows, CountQuery(prepared.binnings))[None]
    (counts,) = count_features(prepared.features, whole, whole, shapes)
    return counts.windows.exchange_p_value()


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.slow
def test_windows_of_one_population_are_seldom_called(cell: str) -> None:
    draw, n, m = CELLS[cell]
    rng = np.random.default_rng(20_261_125)
    p_values = np.array([p_value(draw(rng, n), draw(rng, m)) for _ in range(RUNS)])
    assert (p_values < 0.05).mean() <= FIVE
    assert (p_values < 0.005).mean() <= GATE
    assert np.median(p_values) >= 0.3, "and no test is dead"


def test_a_profile_and_the_rows_that_it_was_made_of_say_the_same(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    sides = [
        {
            "x": rng.normal(size=n),
            "days": rng.integers(0, 9, n),
            "tier": rng.choice(["a", "b", "c"], n),
            "words": rng.choice(["fine", "I cannot", "other text"], n),
        }
        for n in (900, 300)
    ]
    windows(tmp_path, sides[0], sides[1], "jsonl")
    features = {"x": {}, "days": {}, "tier": {}, "words": {"kind": "text"}}
    declared = monitor(baseline="baseline.jsonl", current="current.jsonl", features=features)
    engine = DuckEngine(Folder(tmp_path), window_sources(declared), monitor_columns(declared))
    direct = check_monitor("m", declared, engine)
    profile = dump_profile("m", declared, read_baseline(declared, engine, None))
    stored = check_monitor("m", declared, engine, load_profile(profile, "p.json", declared))
    engine.close()
    assert stored == direct
