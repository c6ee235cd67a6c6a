"""Drift of 5 features, 10 million rows against 10 million, over the bare counting query.

    EVIDENTLY_PYTHON=… NANNYML_PYTHON=… python benchmarks/bench_drift.py [ROWS]

Both are processes that read the same two Parquet files. The bare one is given the edges and only
counts: DuckDB's own histogram of each column, one statement a file. lensops finds the edges,
counts, and works out evidence and causes. Bars: 1.5 times the bare time, and 500 MB. A run with a
tenth of the rows shows what grows with them, one from a profile what a committed baseline saves.

Two other shapes: 300 columns, and texts that all differ. Evidently and NannyML read the same files
once, each in a Python of its own that a variable names; without it they are not measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from processes import Cost, run

ROWS = 10_000_000
ROUNDS = 3
BAR, MEMORY = 1.5, 500
LENSOPS = [sys.executable, "-m", "lensops", "drift"]
MANIFEST = """\
version: 1
project: bench
prompts:
  p: {{active: v1}}
drift:
  customers:
    baseline: baseline.parquet
    current: current.parquet
    profile: customers.profile.json
    features: {{{features}}}
"""
FIVE = "score: {range: [0, 1]}, recency_days: {}, spend: {}, visits: {}, tier: {}"
COLUMNS = """
    least(random() * random() + {shift}, 1.0) AS score,
    CAST(floor(random() * 90) AS INTEGER) AS recency_days,
    round(exp(3 + 1.2 * (random() + random() + random() - 1.5)), 2) AS spend,
    CASE WHEN random() < 0.98 THEN CAST(floor(-6 * ln(random() + 1e-9)) AS INTEGER) END AS visits,
    ['green', 'gold', 'black'][1 + CAST(floor(2.999 * random() * random()) AS INTEGER)] AS tier
"""
WIDE = 300
TEXTS = """\
    'order ' || i || ' of ' || md5((i + {shift})::VARCHAR) || repeat(' item', i % 40) AS answer
"""
EDGES = {
    "score": [at / 10 for at in range(11)],
    "recency_days": list(range(9, 90, 9)),
    "spend": [7, 10, 13, 16, 20, 25, 31, 40, 60],
    "visits": [1, 2, 3, 4, 5, 7, 9, 13, 18],
}
BARE = """\
import duckdb
for file in ("baseline.parquet", "current.parquet"):
    print(duckdb.sql({query!r}.replace("FILE", file)).fetchall())
"""
MAKE = """\
import duckdb, sys
duckdb.execute("SELECT setseed(0.5)")
duckdb.execute(sys.argv[1])
"""
READ = """\
import pandas as pd
baseline, current = (pd.read_parquet(f"{side}.parquet") for side in ("baseline", "current"))
"""
OTHERS = {
    "EVIDENTLY_PYTHON": f"""\
{READ}
from evidently import Report
from evidently.presets import DataDriftPreset
print(Report([DataDriftPreset(method="psi")]).run(current, baseline).dict())
""",
    "NANNYML_PYTHON": f"""\
{READ}
from nannyml import UnivariateDriftCalculator
method = ["jensen_shannon"]
calculator = UnivariateDriftCalculator(
    list(current), continuous_methods=method, categorical_methods=method, chunk_number=1
)
print(calculator.fit(baseline).calculate(current).to_df())
""",
}


@dataclass(frozen=True)
class Shape:
    """Data of a shape: what is watched, and the columns as SQL of a row's number `i`."""

    features: str
    columns: str
    rows: int


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as name:
        report(Shape(FIVE, COLUMNS, rows // 10), Path(name) / "tenth", "five features")
        five = Path(name) / "five"
        costs = report(Shape(FIVE, COLUMNS, rows), five, "five features")
        for shape, what in ((wide(rows // 100), f"{WIDE} features"), (texts(rows // 5), "texts")):
            beside(shape, Path(name) / what.split()[-1], what)
        others(five, rows)
    ratio = costs["lensops"].wall / costs["bare query"].wall
    cpu = costs["lensops"].cpu / costs["bare query"].cpu
    memory = costs["lensops"].memory
    print(f"\nratio {ratio:.2f} ({cpu:.2f} of CPU), bar {BAR}; {memory:.0f} MB, bar {MEMORY}")
    return 0 if ratio <= BAR and memory <= MEMORY else 1


def report(shape: Shape, folder: Path, what: str) -> dict[str, Cost]:
    """lensops over the bare query, and from a profile."""
    project(shape, folder)
    bare = [sys.executable, "-c", BARE.format(query=query())]
    costs = measured({"bare query": bare, "lensops": LENSOPS}, folder)
    subprocess.run([*LENSOPS, "profile"], cwd=folder, check=True, capture_output=True)
    costs |= measured({"lensops from a profile": LENSOPS}, folder)
    (folder / "customers.profile.json").unlink()
    for name, cost in costs.items():
        print(f"{shape.rows:10,} rows a side, {what}: {name:22} {cost}", flush=True)
    return costs


def beside(shape: Shape, folder: Path, what: str) -> None:
    """lensops on data of another shape."""
    project(shape, folder)
    cost = measured({"lensops": LENSOPS}, folder, rounds=1)["lensops"]
    print(f"{shape.rows:10,} rows a side, {what}: {'lensops':22} {cost}", flush=True)


def others(folder: Path, rows: int) -> None:
    """Other tools on the five features."""
    for variable, script in OTHERS.items():
        name, python = variable.removesuffix("_PYTHON").capitalize(), os.environ.get(variable)
        if python is None:
            print(f"{name} is not measured: {variable} names no Python that has it")
            continue
        cost = run([python, "-W", "ignore", "-c", script], folder, (0, 3))
        print(f"{rows:10,} rows a side, five features: {name:22} {cost}", flush=True)


def wide(rows: int) -> Shape:
    names = [f"n{at}" for at in range(WIDE)]
    columns = [f"random() * {at + 1} + {{shift}} AS {name}" for at, name in enumerate(names)]
    return Shape(", ".join(f"{name}: {{}}" for name in names), ", ".join(columns), rows)


def texts(rows: int) -> Shape:
    return Shape("answer: {kind: text}", TEXTS, rows)


def project(shape: Shape, folder: Path) -> None:
    """A project with both windows; the current one has slightly higher numbers."""
    (folder / "prompts/p").mkdir(parents=True)
    (folder / "prompts/p/v1.yaml").write_text("user: hi\n")
    (folder / "lensops.yaml").write_text(MANIFEST.format(features=shape.features))
    for side, shift in (("baseline", 0.0), ("current", 0.002)):
        made = f"SELECT {shape.columns.format(shift=shift)} FROM range({shape.rows}) t(i)"
        copied = f"COPY ({made}) TO '{folder / side}.parquet' (FORMAT parquet)"
        # in a process of its own: what this one takes would count as that of its children
        subprocess.run([sys.executable, "-c", MAKE, copied], check=True)


def query() -> str:
    """Count the cells of every feature of one file, edges given."""
    parts = [f"histogram({name}, {edges})" for name, edges in EDGES.items()]
    parts += [f"count({name})" for name in EDGES]
    return f"SELECT count(*), {', '.join(parts)}, histogram(tier) FROM 'FILE'"


def measured(commands: dict[str, list[str]], folder: Path, rounds: int = ROUNDS) -> dict[str, Cost]:
    """The best of some rounds, the commands in turn, and the largest memory of them."""
    found: dict[str, list[Cost]] = {what: [] for what in commands}
    for _ in range(rounds):
        for what, command in commands.items():
            found[what].append(run(command, folder, (0, 3)))
    return {
        what: Cost(
            min(cost.wall for cost in costs),
            min(cost.cpu for cost in costs),
            max(cost.memory for cost in costs),
        )
        for what, costs in found.items()
    }


if __name__ == "__main__":
    sys.exit(main())
