"""The level of the evidence, by a coarse part of benchmarks/sim_drift.py, and what it rests on."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from lensops.drift.check import check_monitor
from lensops.drift.engines.duckdb import DuckEngine
from lensops.drift.prepare import read_baseline
from lensops.drift.profile import dump_profile, load_profile
from lensops.drift.windows import monitor_columns, window_sources
from lensops.files import Folder
from support.drift import checked, monitor, windows

ROOT = Path(__file__).parents[2]
RUNS = 100
FIVE, GATE = 0.12, 0.03  # three standard errors above 5 % and 0.5 % at so many windows
CELLS = (
    ("normal", 50, 50, "direct"),
    ("normal", 2_000, 50, "direct"),
    ("normal", 50, 50, "segment"),
    ("60 % zeros", 60, 60, "direct"),
    ("Likert", 100, 40, "direct"),
    ("geometric", 40, 40, "segment"),
    ("three equal", 50, 50, "direct"),
    ("Zipf 300", 60, 60, "direct"),
    ("200 equal", 60, 60, "direct"),
    ("boolean, 5 %", 100, 100, "direct"),
    ("5 % missing", 60, 60, "direct"),
)


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    """The benchmark's script, which draws windows for the real functions."""
    spec = importlib.util.spec_from_file_location("sim_drift", ROOT / "benchmarks/sim_drift.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["sim_drift"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_windows_of_one_population_are_seldom_called(
    simulation: ModuleType, cell: tuple[str, int, int, str]
) -> None:
    rng, drawn = np.random.default_rng(20_261_125), simulation.Cell(*cell)
    p_values = np.array([simulation.window_p_values(rng, drawn)[""] for _ in range(RUNS)])
    assert (p_values < 0.05).mean() <= FIVE
    assert (p_values < 0.005).mean() <= GATE
    assert np.median(p_values) >= 0.3, "and no test is dead"


def test_texts_of_one_population_are_seldom_called(simulation: ModuleType) -> None:
    rng, drawn = np.random.default_rng(5), simulation.Cell("text", 60, 60)
    p_values = [simulation.window_p_values(rng, drawn) for _ in range(RUNS // 3)]
    for feature in p_values[0]:
        assert np.mean([each[feature] < 0.05 for each in p_values]) <= 0.16, feature


def test_the_evidence_does_not_depend_on_the_bins_of_the_psi(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    normal = [rng.normal(5, 1, n) for n in (400, 300)]
    days = [rng.poisson(30, n) for n in (400, 300)]
    tiers = [rng.choice(list("abcdefghijkl"), n) for n in (400, 300)]
    sides = [{"x": x, "days": d, "tier": t} for x, d, t in zip(normal, days, tiers, strict=True)]
    windows(tmp_path, sides[0], sides[1], "parquet")
    files = {"baseline": "baseline.parquet", "current": "current.parquet"}

    def p_values(**keys: object) -> list[float]:
        number = {"bins": 10} | keys
        category = {"kind": "category", "bins": number["bins"]}
        features = {"x": number, "days": {"bins": number["bins"]}, "tier": category}
        report = checked(tmp_path, monitor(features=features, **files))
        return [each.figures.p_value for each in report.features if each.figures]

    first = p_values()
    assert len(first) == 3
    for bins in (5, 20, 50):
        assert p_values(bins=bins) == first
    assert p_values(range=[0, 10]) == first
    assert p_values(range=[4, 5], bins=3) == first


@pytest.mark.parametrize("sizes", [(900, 300), (4_000, 50), (50, 4_000)], ids=str)
def test_a_profile_and_the_rows_that_it_was_made_of_say_the_same(
    tmp_path: Path, sizes: tuple[int, int]
) -> None:
    rng = np.random.default_rng(6)
    sides = [
        {
            "x": rng.normal(size=n),
            "days": rng.integers(0, 9, n),
            "tier": rng.choice(["a", "b", "c"], n),
            "flag": (rng.random(n) < 0.05).tolist(),
            "id": rng.integers(0, 200, n).astype(str),
            "narrow": rng.normal(size=n).astype(np.float32).tolist(),
            "words": rng.choice(["fine", "I cannot", "other text"], n),
        }
        for n in sizes
    ]
    windows(tmp_path, sides[0], sides[1], "jsonl")
    features: dict[str, Any] = {name: {} for name in ("x", "days", "tier", "flag", "narrow")}
    features |= {"id": {"kind": "category"}, "words": {"kind": "text"}}
    declared = monitor(baseline="baseline.jsonl", current="current.jsonl", features=features)
    engine = DuckEngine(Folder(tmp_path), window_sources(declared), monitor_columns(declared))
    direct = check_monitor("m", declared, engine)
    profile = dump_profile("m", declared, read_baseline(declared, engine, None))
    stored = check_monitor("m", declared, engine, load_profile(profile, "p.json", declared))
    engine.close()
    assert stored == direct
