"""Replays of 10,000, 100,000 and 1,000,000 recorded cases: time by cases, and memory.

    python benchmarks/bench_scale.py [COUNT ...]

`eval --replay` and `gate --replay` run as processes on a project without a judge. The bar: 300 MB
whatever the number of cases, and a time by case that is at most a half longer for the most than
for the fewest. A million cases take about 1 GB of disk, and some minutes.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench_evals import WORDS
from processes import run

from lensops.evals.arm import arm_of
from lensops.evals.cases import Case
from lensops.evals.protocols import AnswerReply
from lensops.evals.recorded import lines_of
from lensops.flows.project import open_project
from lensops.manifest.locate import ProjectRef

COUNTS = (10_000, 100_000, 1_000_000)
BAR_MB = 300.0
BAR_TIME = 1.5
MANIFEST = """\
version: 1
project: bench
prompts:
  copy: {active: v1}
evals:
  copy:
    cases: cases.jsonl
    weights: {bleu: 0.5, rouge_l: 0.5}
    threshold: 0.1
"""


def main() -> int:
    counts = [int(text) for text in sys.argv[1:]] or COUNTS
    results = []
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            write_project(Path(name), pairs(count))
            results += [(count, *replay(Path(name), count, verb)) for verb in ("eval", "gate")]
    slower = max(last[1] / first[1] for first, last in zip(results, results[-2:], strict=False))
    most = max(memory for _, _, memory in results)
    print(f"most memory {most:.0f} MB, bar {BAR_MB:g}; time by case {slower:.2f}, bar {BAR_TIME:g}")
    return 0 if most <= BAR_MB and slower <= BAR_TIME else 1


def pairs(count: int) -> Iterator[tuple[str, str]]:
    """Outputs and references of common words."""
    draw, words = random.Random(7), WORDS.split()
    for _ in range(count):
        yield " ".join(draw.choices(words, k=12)), " ".join(draw.choices(words, k=12))


def write_project(root: Path, texts: Iterable[tuple[str, str]]) -> None:
    """A project whose outputs are all recorded, of pairs of an output and its reference."""
    (root / "prompts/copy").mkdir(parents=True)
    (root / "prompts/copy/v1.yaml").write_text("user: Write about {{ number }}.\nmodel: openai:x\n")
    (root / "lensops.yaml").write_text(MANIFEST)
    recordings = root / "evals/copy/recordings/v1.jsonl"
    recordings.parent.mkdir(parents=True)
    opened = open_project(ProjectRef(root))
    arm = arm_of(opened.active["copy"], opened.manifest.evals["copy"])
    with (root / "cases.jsonl").open("w") as cases, recordings.open("wb") as rows:
        for number, (output, reference) in enumerate(texts):
            case = Case(f"c{number}", {"number": number}, (reference,))
            row = {"id": case.id, "inputs": case.inputs, "reference": reference}
            cases.write(json.dumps(row) + "\n")
            (request,) = arm.requests(case)
            rows.write(lines_of([AnswerReply(request, output)], "2026-01-01T00:00:00Z"))


def replay(folder: Path, count: int, verb: str) -> tuple[float, float]:
    """Seconds of CPU by case, and the most memory of a process in MB."""
    command = [sys.executable, "-m", "lensops", verb, "--replay"]
    cost = run(command, folder, (0, 1))
    print(f"{verb} of {count:9,} cases: {cost}", flush=True)
    return cost.cpu / count, cost.memory


if __name__ == "__main__":
    sys.exit(main())
