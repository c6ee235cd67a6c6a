"""Level and power of drift's evidence, by simulated windows.

    python benchmarks/sim_drift.py level LOG [--windows 2000] [--shape normal --shape Likert]
    python benchmarks/sim_drift.py again LOG [--windows 10000]
    python benchmarks/sim_drift.py power LOG [--windows 2000]
    python benchmarks/sim_drift.py tables LOG

`level` draws both windows from one population: for each shape, pair of sizes and way of counting,
the share of p < 0.05 and of windows that would fail the gate (q < 0.005). `again` repeats the cells
that lie outside of 3 to 7 % or fail the gate in more than 1 %, with other seeds. `power` moves the
current window, beside Kolmogorov and Smirnov's test and a permutation chi-square. Each cell is a
line of LOG, and cells that stand there are not run again; `tables` prints them.

The evidence does not depend on `bins` or the recipe, and is the same for windows that are read and
for those of a profile (tests/drift/test_drift_level.py). Segments of numbers have runs of their
own, for their cells come from the whole baseline; categories are counted by value in any segment.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from lensops.drift.binning import BinCounts, Measure, Tally, ValueCounts
from lensops.drift.count import count_features
from lensops.drift.engines.arrays import array_counts
from lensops.drift.features import Watched
from lensops.drift.prepare import FeatureBaseline
from lensops.drift.recipes import NumberFacts, flag, recipe_of
from lensops.drift.shape import shape_of
from lensops.drift.text import DERIVED
from lensops.drift.two_sample import benjamini_hochberg
from lensops.manifest.drift import Bands, Feature

SIZES = (
    *((n, n) for n in (20, 50, 100, 200, 1_000, 10_000)),
    (10_000, 50),
    (20_000, 500),
    (100, 10_000),
)
DIRECT, SEGMENT = "direct", "segment"
LOW, HIGH, GATE = 3.0, 7.0, 1.0  # percent
Rng = np.random.Generator
Draw = Callable[[Rng, int], np.ndarray]


def _with_missing(rng: Rng, n: int) -> np.ndarray:
    return np.where(rng.random(n) < 0.05, np.nan, rng.normal(size=n))


NUMBERS: dict[str, Draw] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "skewed": lambda rng, n: rng.lognormal(0, 1, n),
    "heavy tails": lambda rng, n: rng.standard_cauchy(n),
    "60 % zeros": lambda rng, n: np.where(rng.random(n) < 0.6, 0.0, rng.exponential(20, n)),
    "counts": lambda rng, n: rng.poisson(3, n),
    "Likert": lambda rng, n: rng.choice(5, n, p=[0.1, 0.2, 0.4, 0.2, 0.1]) + 1,
    "few values": lambda rng, n: rng.choice([0.0, 10.0, 25.0], n, p=[0.7, 0.2, 0.1]),
    "geometric": lambda rng, n: rng.geometric(0.3, n),
    "5 % missing": _with_missing,
}


def _zipf(values: int) -> np.ndarray:
    weights = 1 / np.arange(1, values + 1)
    return weights / weights.sum()


CATEGORIES: dict[str, np.ndarray] = {
    "three equal": np.full(3, 1 / 3),
    "Zipf 100": _zipf(100),
    "Zipf 300": _zipf(300),
    "Zipf 1,000": _zipf(1_000),
    "200 equal": np.full(200, 1 / 200),
    "500 equal": np.full(500, 1 / 500),
    "boolean, 5 %": np.array([0.95, 0.05]),
    "boolean, half": np.array([0.5, 0.5]),
}
TEXT = "text"


@dataclass(frozen=True)
class Cell:
    """One cell of the grid; `feature` only of a text, which has several."""

    shape: str
    n: int
    m: int
    way: str = DIRECT
    feature: str = ""


class Texts:
    """Answers of which a fifth are canned, and what is derived of each, found once."""

    def __init__(self, rng: Rng) -> None:
        numbers = rng.integers(0, 10**9, 20_000).tolist()
        free = [self._answer(number) for number in numbers]
        canned = [f"canned {number} " + "again " * (number % 11) for number in range(2_000)]
        self.texts = [*free, *canned]
        self.derived = {
            name: np.array([float(derived.read(text)) for text in self.texts])
            for name, derived in DERIVED.items()
        }

    @staticmethod
    def _answer(number: int) -> str:
        if number % 50 == 0:
            return " "
        begin = {0: "I'm sorry, I cannot help. ", 1: '{"a": 1}', 2: "```python\n"}.get(
            number % 7, ""
        )
        return begin if number % 7 == 1 else f"{begin}answer {number} " + "word " * (number % 37)

    def draw(self, rng: Rng, n: int) -> np.ndarray:
        """Places of texts."""
        canned = rng.random(n) < 0.2
        return np.where(canned, rng.integers(20_000, 22_000, n), rng.integers(0, 20_000, n))


TEXTS = Texts(np.random.default_rng(7))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["level", "again", "power", "tables"])
    parser.add_argument("log", type=Path)
    parser.add_argument("--windows", type=int, default=0)
    parser.add_argument("--shape", action="append", default=[], help="only this; can be repeated")
    options = parser.parse_args()
    log = Log(options.log)
    if options.what == "tables":
        print_tables(log)
    elif options.what == "power":
        run_power(log, options.windows or 2_000)
    else:
        again = options.what == "again"
        cells = (
            outside_cells(log)
            if again
            else [c for c in grid() if not options.shape or c.shape in options.shape]
        )
        run_level(log, cells, options.windows or (10_000 if again else 2_000), again=again)
    return 0


class Log:
    """Cells that are done, a line each; the last line of a cell counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.results = [json.loads(line) for line in lines]

    def add(self, result: dict[str, object]) -> None:
        self.results.append(result)
        with self.path.open("a") as file:
            file.write(json.dumps(result) + "\n")
        print(json.dumps(result), flush=True)

    def has(self, **keys: object) -> bool:
        return any(all(r.get(k) == v for k, v in keys.items()) for r in self.results)

    def levels(self) -> dict[Cell, dict[str, float]]:
        """What each cell's windows gave; those of repeated cells are the repeated ones."""
        rows = [r for r in self.results if r["what"] in {"level", "again"}]
        return {Cell(**r["cell"]): r for r in sorted(rows, key=lambda r: r["what"] == "again")}


def grid() -> Iterator[Cell]:
    """All cells, those of small windows first. Of texts, `feature` is found while it runs."""
    for way, shapes in ((DIRECT, (*NUMBERS, *CATEGORIES, TEXT)), (SEGMENT, NUMBERS)):
        for n, m in SIZES:
            yield from (Cell(shape, n, m, way) for shape in shapes)


def outside_cells(log: Log) -> list[Cell]:
    """Cells to repeat, each once, a text whole. Below 3 % is no error of discrete counts."""
    cells = [
        Cell(cell.shape, cell.n, cell.m, cell.way)
        for cell, result in log.levels().items()
        if result["five"] > HIGH or result["gate"] > GATE or result["five"] < LOW
    ]
    return list(dict.fromkeys(cells))


def run_level(log: Log, cells: list[Cell], windows: int, *, again: bool) -> None:
    what = "again" if again else "level"
    for cell in cells:
        if log.has(what=what, shape=cell.shape, n=cell.n, m=cell.m, way=cell.way):
            continue
        rng = np.random.default_rng(
            [again, cell.n, cell.m, cell.way == SEGMENT, *cell.shape.encode()]
        )
        p_values = [window_p_values(rng, cell) for _ in range(windows)]
        gate = [min(benjamini_hochberg([*p.values()])) < 0.005 for p in p_values]
        for feature in p_values[0]:
            own = np.array([p[feature] for p in p_values])
            log.add(
                {
                    "what": what,
                    "cell": asdict(cell) | {"feature": feature},
                    "shape": cell.shape,
                    "n": cell.n,
                    "m": cell.m,
                    "way": cell.way,
                    "windows": windows,
                    "five": round(100 * float((own < 0.05).mean()), 2),
                    "gate": round(100 * float(np.mean(gate)), 2),
                }
            )


def window_p_values(rng: Rng, cell: Cell) -> dict[str, float]:
    """The p-values of two windows of one population, by feature."""
    if cell.shape == TEXT:
        return text_p_values(TEXTS.draw(rng, cell.n), TEXTS.draw(rng, cell.m))
    if cell.shape in CATEGORIES:
        shares = CATEGORIES[cell.shape]
        return {
            "": category_p_value(rng.multinomial(cell.n, shares), rng.multinomial(cell.m, shares))
        }
    draw = NUMBERS[cell.shape]
    return {"": number_p_value(draw(rng, cell.n), draw(rng, cell.m), rng, draw, cell.way)}


def number_p_value(
    baseline: np.ndarray, current: np.ndarray, rng: Rng, draw: Draw, way: str = DIRECT
) -> float:
    """Of numbers. In a segment, the cells come of a baseline with as many rows of another one."""
    more = draw(rng, baseline.size) if way == SEGMENT else np.empty(0)
    return _number(np.concatenate([baseline, more]), baseline, current, way)


def _number(whole: np.ndarray, baseline: np.ndarray, current: np.ndarray, way: str) -> float:
    measure, declared = Measure("x", "x", "number"), Feature()
    finite = whole[np.isfinite(whole)].astype(np.float64)
    watched = Watched(measure, declared, Bands())
    binning = recipe_of(measure, declared).numbers(declared, NumberFacts(finite))
    feature = FeatureBaseline(watched, binning, shape_of(finite))
    shapes = {"x": shape_of(current[np.isfinite(current)].astype(np.float64))}
    sides = [{"x": array_counts(side, measure, binning)} for side in (baseline, current)]
    return _p_value(feature, sides, {} if way == SEGMENT else shapes)


def category_p_value(baseline: np.ndarray, current: np.ndarray) -> float:
    """Of the rows of each value."""
    feature = FeatureBaseline(Watched(Measure("x", "x", "category"), Feature(), Bands()), None)
    sides = [
        {"x": ValueCounts({f"v{value}": int(rows) for value, rows in enumerate(side) if rows})}
        for side in (baseline, current)
    ]
    return _p_value(feature, sides, {})


def text_p_values(baseline: np.ndarray, current: np.ndarray) -> dict[str, float]:
    """Of each feature of texts, given by their places."""
    p_values = {}
    for name, derived in DERIVED.items():
        first, second = (TEXTS.derived[name][side] for side in (baseline, current))
        if derived.kind == "number":
            p_values[name] = _number(first, first, second, DIRECT)
            continue
        measure = Measure("x", "x", "flag", name)
        watched = Watched(measure, Feature(kind="text"), Bands())
        if name == "repeated":
            sides = [{"x": _values(side)} for side in (baseline, current)]
            p_values[name] = _p_value(FeatureBaseline(watched, None), sides, {})
        else:
            yes = [int(side.sum()) for side in (first, second)]
            rows = [side.size for side in (first, second)]
            sides = [{"x": BinCounts((n - y, y))} for n, y in zip(rows, yes, strict=True)]
            p_values[name] = _p_value(FeatureBaseline(watched, flag("categories")), sides, {})
    return p_values


def _values(places: np.ndarray) -> ValueCounts:
    values, rows = np.unique(places, return_counts=True)
    return ValueCounts(dict(zip(map(str, values.tolist()), rows.tolist(), strict=True)))


def _p_value(feature: FeatureBaseline, sides: list[Tally], shapes: dict[str, object]) -> float:
    tallies = sides[0], sides[1]
    (counts,) = count_features([feature], tallies, tallies, shapes)
    return counts.windows.exchange_p_value()


CHANGES: dict[str, Draw] = {
    "shift 0.1": lambda rng, n: rng.normal(0.1, 1, n),
    "shift 0.2": lambda rng, n: rng.normal(0.2, 1, n),
    "shift 0.5": lambda rng, n: rng.normal(0.5, 1, n),
    "scale 1.2": lambda rng, n: rng.normal(0, 1.2, n),
    "spike of 5 %": lambda rng, n: np.where(rng.random(n) < 0.05, 0.3, rng.normal(size=n)),
}
MOVED = (0.02, 0.05, 0.10)  # of the share, from the commonest category to the rarest
SHARES = np.array([0.4, 0.3, 0.15, 0.1, 0.05])


def run_power(log: Log, windows: int) -> None:
    for name, draw in CHANGES.items():
        for n in (50, 200, 1_000):
            if not log.has(what="power", change=name, n=n):
                log.add({"what": "power", "change": name, "n": n} | _number_power(draw, n, windows))
    for moved in MOVED:
        for n in (200, 1_000, 5_000):
            name = f"{moved:.0%} of the share"
            if not log.has(what="power", change=name, n=n):
                log.add(
                    {"what": "power", "change": name, "n": n} | _category_power(moved, n, windows)
                )


def _number_power(draw: Draw, n: int, windows: int) -> dict[str, object]:
    from scipy import stats

    rng, ours, theirs = np.random.default_rng(n), 0, 0
    for _ in range(windows):
        baseline, current = rng.normal(size=n), draw(rng, n)
        ours += _number(baseline, baseline, current, DIRECT) < 0.05
        theirs += stats.ks_2samp(baseline, current).pvalue < 0.05
    shares = {"ours": 100 * ours / windows, "other": 100 * theirs / windows}
    return {"windows": windows, "with": "Kolmogorov-Smirnov", **shares}


def _category_power(moved: float, n: int, windows: int) -> dict[str, object]:
    rng, ours, theirs = np.random.default_rng([n, int(moved * 100)]), 0, 0
    for _ in range(windows):
        after = SHARES + moved * np.array([-1, 0, 0, 0, 1])
        sides = rng.multinomial(n, SHARES), rng.multinomial(n, after)
        ours += category_p_value(*sides) < 0.05
        theirs += _permutation(rng, *sides) < 0.05
    shares = {"ours": 100 * ours / windows, "other": 100 * theirs / windows}
    return {"windows": windows, "with": "permutation chi-square", **shares}


def _permutation(rng: Rng, baseline: np.ndarray, current: np.ndarray) -> float:
    """Pearson's chi-square against 499 random splits of the pooled rows, written out anew."""
    pooled, drawn = baseline + current, current.sum()
    expected = pooled * drawn / pooled.sum()
    splits = rng.multivariate_hypergeometric(pooled, drawn, size=499)
    distance = ((np.vstack([current, splits]) - expected) ** 2 / expected).sum(axis=1)
    return float((distance >= distance[0] - 1e-9).mean())


def print_tables(log: Log) -> None:
    """The level as a row a shape, of several features their largest shares; then the power."""
    levels = log.levels()
    print("| shape | " + " | ".join(f"{n:,} v {m:,}" for n, m in SIZES) + " |")
    print("|---|" + "--:|" * len(SIZES))
    for way in (DIRECT, SEGMENT):
        for shape in dict.fromkeys(cell.shape for cell in levels if cell.way == way):
            name = shape if way == DIRECT else f"{shape}, a segment"
            figures = [_figure(levels, shape, n, m, way) for n, m in SIZES]
            print(f"| {name} | " + " | ".join(figures) + " |")
    print("\n| change | rows | lensops | other test | which |\n|---|--:|--:|--:|---|")
    for r in log.results:
        if r["what"] == "power":
            print(
                f"| {r['change']} | {r['n']:,} | {r['ours']:.1f} | {r['other']:.1f} | {r['with']} |"
            )


def _figure(levels: dict[Cell, dict[str, float]], shape: str, n: int, m: int, way: str) -> str:
    own = [r for c, r in levels.items() if (c.shape, c.n, c.m, c.way) == (shape, n, m, way)]
    if not own:
        return "–"
    return f"{max(r['five'] for r in own):.1f} ({max(r['gate'] for r in own):.2f})"


if __name__ == "__main__":
    sys.exit(main())
