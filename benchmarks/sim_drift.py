"""Level and power of drift's evidence, by simulated windows.

    python benchmarks/sim_drift.py level [--windows 2000] [--only SHAPE] [--sizes 50x50,...]
    python benchmarks/sim_drift.py power [--windows 1000]

`level` draws both windows from one population and prints, for each shape and pair of sizes, the
share of p < 0.05 and the share that would fail the gate (p < 0.005), in percent. The baseline is
prepared as for a profile, so that the same figures hold for windows that are read and for those of
a committed profile. `power` moves the current window and sets the share of p < 0.05 beside that of
Kolmogorov and Smirnov's test, for categories beside that of a permutation chi-square.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from lensops.drift.count import count_features
from lensops.drift.engine import CountQuery
from lensops.drift.engines.arrays import ArrayEngine
from lensops.drift.prepare import read_baseline
from lensops.drift.shape import shape_of
from lensops.drift.windows import current_rows
from lensops.manifest.drift import Feature, Monitor

SIZES = (
    *((n, n) for n in (20, 50, 100, 200, 1_000, 10_000)),
    (10_000, 50),
    (20_000, 500),
    (100, 10_000),
)
Draw = Callable[[np.random.Generator, int], np.ndarray]


def _zipf(values: int) -> Draw:
    weights = 1 / np.arange(1, values + 1)
    shares = weights / weights.sum()
    return lambda rng, n: _names(rng.choice(values, n, p=shares))


def _equal(values: int) -> Draw:
    return lambda rng, n: _names(rng.integers(0, values, n))


def _names(numbers: np.ndarray) -> np.ndarray:
    return np.char.add("v", numbers.astype(str))


def _with_missing(rng: np.random.Generator, n: int) -> np.ndarray:
    values = rng.normal(size=n)
    values[rng.random(n) < 0.05] = np.nan
    return values


def _texts(rng: np.random.Generator, n: int) -> np.ndarray:
    """Answers of which a fifth are canned, drawn from two thousand."""
    free = [f"answer {number} " + "word " * (number % 37) for number in rng.integers(0, 10**9, n)]
    canned = [f"canned {number}" for number in rng.integers(0, 2_000, n)]
    chosen = rng.random(n) < 0.2
    return np.array([c if yes else f for c, f, yes in zip(canned, free, chosen, strict=True)])


SHAPES: dict[str, Draw] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "skewed": lambda rng, n: rng.lognormal(0, 1, n),
    "heavy tails": lambda rng, n: rng.standard_cauchy(n),
    "60 % zeros": lambda rng, n: np.where(rng.random(n) < 0.6, 0.0, rng.exponential(20, n)),
    "counts": lambda rng, n: rng.poisson(3, n),
    "Likert": lambda rng, n: rng.choice(5, n, p=[0.1, 0.2, 0.4, 0.2, 0.1]) + 1,
    "few values": lambda rng, n: rng.choice([0.0, 10.0, 25.0], n, p=[0.7, 0.2, 0.1]),
    "three equal": lambda rng, n: _names(rng.integers(0, 3, n)),
    "geometric": lambda rng, n: rng.geometric(0.3, n),
    "Zipf 100": _zipf(100),
    "Zipf 300": _zipf(300),
    "Zipf 1000": _zipf(1000),
    "200 equal": _equal(200),
    "500 equal": _equal(500),
    "boolean 5 %": lambda rng, n: _names((rng.random(n) < 0.05).astype(int)),
    "text": _texts,
    "5 % missing": _with_missing,
}


@dataclass(frozen=True)
class Cell:
    """One cell of the grid; `bins` only where they are not the usual ten."""

    shape: str
    n: int
    m: int
    bins: int = 10


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["level", "power"])
    parser.add_argument("--windows", type=int, default=2_000)
    parser.add_argument("--only", default="")
    parser.add_argument("--sizes", default="")
    parser.add_argument("--bins", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    if options.what == "power":
        return power(options.windows)
    pairs = [tuple(map(int, pair.split("x"))) for pair in options.sizes.split(",") if pair] or SIZES
    shapes = [shape for shape in SHAPES if options.only in shape]
    print("| shape | " + " | ".join(f"{n:,} v {m:,}" for n, m in pairs) + " |")
    print("|---|" + "--:|" * len(pairs))
    with ProcessPoolExecutor(options.jobs) as pool:
        for shape in shapes:
            cells = [Cell(shape, n, m, options.bins) for n, m in pairs]
            shares = list(pool.map(partial(level, windows=options.windows), cells))
            figures = [f"{five:.1f} ({gate:.2f})" for five, gate in shares]
            print(f"| {shape} | " + " | ".join(figures) + " |", flush=True)
    return 0


def level(cell: Cell, windows: int) -> tuple[float, float]:
    """Percent of p < 0.05 and of failures of the gate among windows of one population."""
    rng = np.random.default_rng([cell.n, cell.m, list(SHAPES).index(cell.shape)])
    draw = SHAPES[cell.shape]
    p_values: list[float] = []
    for _ in range(windows):
        p_values += feature_p_values(draw(rng, cell.n), draw(rng, cell.m), cell)
    tested = np.array(p_values)
    return 100 * float((tested < 0.05).mean()), 100 * float((tested < 0.005).mean())


def feature_p_values(baseline: np.ndarray, current: np.ndarray, cell: Cell) -> list[float]:
    """The p-values as `lensops drift` finds them from a profile; of a text, of all its features."""
    kinds = {"text": {"kind": "text"}}
    own = {} if cell.bins == 10 else {"bins": cell.bins}
    feature = Feature.model_validate(kinds.get(cell.shape, own))
    monitor = Monitor(baseline="b", current="c", features={"x": feature})
    engine = ArrayEngine({"b": {"x": baseline}, "c": {"x": current}})
    prepared = read_baseline(monitor, engine, None)
    rows = current_rows(monitor)
    numbers = [each.measure for each in prepared.features if each.shape is not None]
    shapes = {name: shape_of(sample) for name, sample in engine.sample(rows, numbers, 1).items()}
    whole = prepared.tallies[None], engine.count(rows, CountQuery(prepared.binnings))[None]
    counts = count_features(prepared.features, whole, whole, shapes)
    return [each.windows.exchange_p_value() for each in counts]


NUMBERS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "shift 0.1": lambda rng, n: rng.normal(0.1, 1, n),
    "shift 0.2": lambda rng, n: rng.normal(0.2, 1, n),
    "shift 0.5": lambda rng, n: rng.normal(0.5, 1, n),
    "scale 1.2": lambda rng, n: rng.normal(0, 1.2, n),
    "spike of 5 %": lambda rng, n: np.where(rng.random(n) < 0.05, 0.3, rng.normal(size=n)),
}
MOVED = (0.02, 0.05, 0.10)  # of the share, from the commonest category to the rarest


def power(windows: int) -> int:
    from scipy import stats

    print("| change | rows | lensops | Kolmogorov-Smirnov |")
    print("|---|--:|--:|--:|")
    for name, draw in NUMBERS.items():
        for n in (50, 200, 1_000):
            rng = np.random.default_rng([n, len(name)])
            ours = theirs = 0
            for _ in range(windows):
                sides = rng.normal(size=n), draw(rng, n)
                ours += feature_p_values(*sides, Cell("normal", n, n))[0] < 0.05
                theirs += stats.ks_2samp(*sides).pvalue < 0.05
            print(f"| {name} | {n:,} | {100 * ours / windows:.1f} | {100 * theirs / windows:.1f} |")
            sys.stdout.flush()
    print("\n| share moved | rows | lensops | permutation chi-square |")
    print("|---|--:|--:|--:|")
    for moved in MOVED:
        for n in (200, 1_000, 5_000):
            print(_category_row(moved, n, windows), flush=True)
    return 0


def _category_row(moved: float, n: int, windows: int) -> str:
    rng = np.random.default_rng([n, int(moved * 100)])
    shares = np.array([0.4, 0.3, 0.15, 0.1, 0.05])
    after = shares + moved * np.array([-1, 0, 0, 0, 1])
    ours = theirs = 0
    for _ in range(windows):
        sides = [rng.choice(5, n, p=each) for each in (shares, after)]
        named = [_names(side) for side in sides]
        ours += feature_p_values(*named, Cell("Zipf 100", n, n))[0] < 0.05
        theirs += _permutation(rng, *sides) < 0.05
    return f"| {moved:.0%} | {n:,} | {100 * ours / windows:.1f} | {100 * theirs / windows:.1f} |"


def _permutation(rng: np.random.Generator, baseline: np.ndarray, current: np.ndarray) -> float:
    """Pearson's chi-square against 499 random splits of the pooled rows, written out anew."""
    counts = np.array([np.bincount(side, minlength=5) for side in (baseline, current)])
    pooled, drawn = counts.sum(axis=0), counts[1].sum()
    expected = pooled * drawn / pooled.sum()
    splits = rng.multivariate_hypergeometric(pooled, drawn, size=499)
    distance = [((each - expected) ** 2 / expected).sum() for each in (counts[1], *splits)]
    return float((np.array(distance) >= distance[0] - 1e-9).mean())


if __name__ == "__main__":
    sys.exit(main())
