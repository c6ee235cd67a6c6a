"""Scoring against the plain libraries, replay of 1,000 cases, and memory for 100,000.

    python benchmarks/bench_evals.py

The first part scores the same 10,000 texts with a plain loop over sacrebleu and rouge_score and
with lensops in one process: the figures must be equal to 1e-9, the bar is a third of the CPU. The
texts are real summaries where `../shared/data/summeval.jsonl` lies beside the project, cut to the
length of copy and varied so that no text comes twice; else they are made of common words.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from processes import run
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics.bleu import BLEU

from lensops.evals.arm import arm_of
from lensops.evals.cases import load_cases
from lensops.evals.judging import grade_requests
from lensops.evals.metrics.batch import measure
from lensops.evals.protocols import AnswerReply, GradeReply
from lensops.evals.recorded import lines_of
from lensops.flows.project import open_project
from lensops.manifest.locate import ProjectRef

BAR = 1 / 3
TEXTS = 10_000
NEAR = 1e-9
SUMMEVAL = Path(__file__).parents[1].parent / "shared" / "data" / "summeval.jsonl"
WORDS = """free coffee tea cake your next visit earn double points until Sunday morning with any
    order before noon come in from the rain we saved you a seat half price pastries after four"""
MANIFEST = """\
version: 1
project: bench
prompts:
  copy: {active: v1}
evals:
  copy:
    cases: cases.jsonl
    threshold: 0.1
    judge: {model: openai:judge, rubric: {tone: 5=warm}}
"""

Pair = tuple[str, str]


def main() -> int:
    pairs = list(texts(TEXTS))
    ratio = scoring(pairs)
    with tempfile.TemporaryDirectory() as name:
        for count in (1_000, 10_000, 100_000):
            folder = project(Path(name) / str(count), list(texts(count)))
            for turn in ("first", "again"):
                replay(folder, count, turn)
    print(f"\nratio {ratio:.3f}, bar {BAR:.3f}")
    return 0 if ratio <= BAR else 1


def scoring(pairs: list[Pair]) -> float:
    """CPU of lensops over the CPU of the plain loop, figures compared."""
    begin = time.process_time()
    wanted = plain(pairs)
    middle = time.process_time()
    jobs = [(text, (reference,)) for text, reference in pairs]
    found = measure(jobs, ["bleu", "rouge_l"], "13a")
    end = time.process_time()
    for (bleu, rouge), figures in zip(wanted, found, strict=True):
        if max(abs(bleu - figures["bleu"]), abs(rouge - figures["rouge_l"])) > NEAR:  # type: ignore[operator]  # every text has a figure
            raise SystemExit("the figures differ")
    plain_s, own_s = middle - begin, end - middle
    print(f"{len(pairs):,} texts, plain loop {plain_s:.2f} s CPU, lensops {own_s:.2f} s CPU")
    return own_s / plain_s


def plain(pairs: list[Pair]) -> list[tuple[float, float]]:
    """What one would write without lensops."""
    bleu, rouge = BLEU(effective_order=True), RougeScorer(["rougeL"], use_stemmer=True)
    return [
        (
            bleu.sentence_score(text, [reference]).score / 100,
            rouge.score(reference, text)["rougeL"].fmeasure,
        )
        for text, reference in pairs
    ]


def replay(folder: Path, count: int, turn: str) -> None:
    """Print what `eval --replay` costs as a process."""
    command = [sys.executable, "-m", "lensops", "eval", "--replay"]
    cost = run(command, folder)
    print(f"replay of {count:7,} cases, {turn}: {cost}, {count / cost.wall:,.0f} cases/s")


def texts(count: int) -> Iterator[Pair]:
    """Pairs of an output and its reference, none twice."""
    draw = random.Random(7)
    known = list(_summaries()) or [
        (" ".join(draw.choices(WORDS.split(), k=30)),) * 2 for _ in range(500)
    ]
    for number in range(count):
        output, reference = known[number % len(known)]
        extra = " ".join(draw.choices(WORDS.split(), k=4))
        yield f"{output} {extra} {number}", f"{reference} {extra}"


def _summaries() -> Iterator[Pair]:
    if not SUMMEVAL.exists():
        return
    for line in SUMMEVAL.read_text().splitlines():
        row = json.loads(line)
        yield " ".join(row["output"].split()[:40]), " ".join(row["reference"].split()[:40])


def project(root: Path, pairs: list[Pair], version: str = "v1") -> Path:
    """A project whose every output and vote is recorded, under a new or the active version."""
    if version == "v1":
        (root / "prompts/copy").mkdir(parents=True)
        (root / "prompts/copy/v1.yaml").write_text(
            "user: Write about {{ number }}.\nmodel: openai:x\n"
        )
        (root / "lensops.yaml").write_text(MANIFEST)
        with (root / "cases.jsonl").open("w") as file:
            for number, (_, reference) in enumerate(pairs):
                case = {"id": f"c{number}", "inputs": {"number": number}, "reference": reference}
                file.write(json.dumps(case) + "\n")
    record(root, pairs, version)
    return root


def record(root: Path, pairs: list[Pair], version: str) -> None:
    """Write the recordings of the active version."""
    opened = open_project(ProjectRef(root))
    suite = opened.manifest.evals["copy"]
    arm = arm_of(opened.active["copy"], suite)
    folder = root / "evals/copy/recordings"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{version}.jsonl").open("wb") as file:
        for case, (output, _) in zip(load_cases(opened.tree, suite.cases), pairs, strict=True):
            (request,) = arm.requests(case)
            (vote,) = grade_requests(case.id, output, arm.inputs(case), suite.judge)  # type: ignore[arg-type]  # it has one
            replies = [AnswerReply(request, output), GradeReply(vote, {"tone": 4}, "Warm.")]
            file.write(lines_of(replies, "2026-01-01T00:00:00Z"))


if __name__ == "__main__":
    sys.exit(main())
