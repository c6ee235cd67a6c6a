"""Memory does not grow with the cases of a replay, but for some bytes of index and totals."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from lensops.evals.arm import arm_of
from lensops.evals.cases import Case
from lensops.evals.protocols import AnswerReply, Mode
from lensops.evals.recorded import lines_of
from lensops.flows.gate import gate
from lensops.flows.project import open_project
from lensops.flows.results import CaseRows
from lensops.flows.run_evals import run_evals
from lensops.flows.run_options import RunOptions
from lensops.manifest.locate import ProjectRef

FEW, MANY = 300, 900
BYTES = 250  # by case: a case as an object with its output takes some thousand
MANIFEST = """\
version: 1
project: scale
prompts: {copy: {active: v1}}
evals: {copy: {cases: cases.jsonl, weights: {bleu: 0.5, rouge_l: 0.5}, threshold: 0.1}}
"""


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds for millions of cases holds for hundreds."""
    monkeypatch.setattr("lensops.evals.lines.LARGE", 0)
    monkeypatch.setattr("lensops.evals.summary.HELD", 50)
    monkeypatch.setattr("lensops.evals.summary.WORST", 5)
    monkeypatch.setattr("lensops.flows.results.HELD", 50)
    monkeypatch.setattr("lensops.flows.run_suite.CHUNK", 50)


def write_project(root: Path, count: int) -> None:
    """A project whose outputs are all recorded."""
    (root / "prompts/copy").mkdir(parents=True)
    (root / "prompts/copy/v1.yaml").write_text("user: About {{ number }}.\nmodel: openai:x\n")
    (root / "lensops.yaml").write_text(MANIFEST)
    opened = open_project(ProjectRef(root))
    arm = arm_of(opened.active["copy"], opened.manifest.evals["copy"])
    cases = [Case(f"c{number}", {"number": number}, ("a cup of tea",)) for number in range(count)]
    rows = [{"id": c.id, "inputs": c.inputs, "reference": c.references[0]} for c in cases]
    (root / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    recordings = root / "evals/copy/recordings/v1.jsonl"
    recordings.parent.mkdir(parents=True)
    replies = [AnswerReply(arm.requests(case)[0], f"a cup {case.id}") for case in cases]
    recordings.write_bytes(lines_of(replies, "2026-01-01T00:00:00Z"))


def run_eval(root: Path) -> None:
    project = open_project(ProjectRef(root))
    rows = CaseRows(project)
    run_evals(project, RunOptions(mode=Mode.REPLAY), sinks=rows.sink)
    assert rows.refs().keys() == {"copy"}


def run_gate(root: Path) -> None:
    _, result = gate(ProjectRef(root), mode=Mode.REPLAY)
    assert result.evals is not None
    assert result.evals.results[0].cases == ()


@pytest.mark.parametrize("run", [run_eval, run_gate])
def test_memory_does_not_grow_with_the_cases(run: Callable[[Path], None], tmp_path: Path) -> None:
    for count in (FEW, MANY):
        write_project(tmp_path / str(count), count)
    run(tmp_path / str(MANY))  # what is loaded or remembered once is no part of it
    peaks = [_peak(run, tmp_path / str(count)) for count in (FEW, MANY)]
    assert (peaks[1] - peaks[0]) / (MANY - FEW) < BYTES


def _peak(run: Callable[[Path], None], root: Path) -> int:
    """The most bytes that are held at once."""
    tracemalloc.start()
    try:
        run(root)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
