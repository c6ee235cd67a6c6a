"""`gate --base` on recorded cases against what it cannot do without: one reading, one scoring.

    python benchmarks/bench_gate.py

The yardstick, in the same run, is a bare program: it parses cases and the recordings of both
versions once with `json` and scores the texts of both with `measure`. The ratio of CPU says what
the gate adds to that: the manifest, git, digests, the statistics, the findings.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_evals import project, texts

COUNT = 20_000
BAR = 3.0
PLAIN = """\
import json, sys
from lensops.evals.metrics.batch import measure
cases = [json.loads(line) for line in open("cases.jsonl")]
references = {case["id"]: (case["reference"],) for case in cases}
for version in ("v1", "v2"):
    rows = [json.loads(line) for line in open(f"evals/copy/recordings/{version}.jsonl")]
    jobs = [(r["output"], references[r["case"]]) for r in rows if r["kind"] == "output"]
    measure(jobs, ["bleu", "rouge_l"], "13a")
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = branch(Path(name))
        plain = cpu([sys.executable, "-c", PLAIN], folder)
        gate = cpu([sys.executable, "-m", "lensops", "gate", "--replay", "--base", "main"], folder)
    print(f"{COUNT:,} cases: plain reading and scoring {plain:.2f} s CPU, gate {gate:.2f} s CPU")
    print(f"ratio {gate / plain:.2f}, bar {BAR:g}")
    return 0 if gate / plain <= BAR else 1


def branch(root: Path) -> Path:
    """A repository whose branch activates v2, all of it recorded; returns the work tree."""
    pairs = list(texts(COUNT))
    project(root, pairs)
    _git(root, "init", "-q", "-b", "main")
    _git(root, "add", ".")
    _git(root, "commit", "-qm", "v1")
    _git(root, "checkout", "-qb", "change")
    (root / "prompts/copy/v2.yaml").write_text("user: Write on {{ number }}.\nmodel: openai:x\n")
    manifest = root / "lensops.yaml"
    manifest.write_text(manifest.read_text().replace("active: v1", "active: v2"))
    project(root, [(f"{output} today", reference) for output, reference in pairs], "v2")
    _git(root, "add", ".")
    _git(root, "commit", "-qm", "v2")
    return root


def cpu(command: list[str], folder: Path) -> float:
    """Seconds of CPU, of the process and its own, that a command takes."""
    begin = os.times()
    clock = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 3):
        raise SystemExit(done.stderr)
    end = os.times()
    print(done.stdout[-200:].strip().splitlines()[-1:], f"{time.perf_counter() - clock:.1f} s wall")
    return end.children_user + end.children_system - begin.children_user - begin.children_system


def _git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Bench", "-c", "user.email=bench@example.org")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True)


if __name__ == "__main__":
    sys.exit(main())
