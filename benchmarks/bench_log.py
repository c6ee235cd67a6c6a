"""What `lensops log --at` costs beyond its start-up, over a log of 1,000 records.

    python benchmarks/bench_log.py

Two projects differ in the length of one target's log alone: 1,000 records, and one. The difference
of CPU time between the same command on both must be under 50 ms (the least of several runs).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lensops.prompts import Message, Prompt
from lensops.release import Draft, Record, Release, next_record
from lensops.targets import layout

BAR = 50.0  # milliseconds
RECORDS = 1_000
RUNS = 7
START = datetime(2026, 1, 1, tzinfo=UTC)
MANIFEST = """\
version: 1
project: bench
prompts: {offer: {active: v1}}
targets: {live: {directory: live}}
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        long, short = Path(name) / "long", Path(name) / "short"
        write_project(long, RECORDS)
        write_project(short, 1)
        costs = [(cost(long), cost(short)) for _ in range(RUNS)]
    whole, start_up = (min(column) for column in zip(*costs, strict=True))
    beyond = whole - start_up
    print(f"log --at over {RECORDS:,} records: {whole:.0f} ms, start-up {start_up:.0f} ms")
    print(f"beyond start-up {beyond:.0f} ms (bar {BAR:.0f}), ratio {whole / start_up:.2f}")
    return 0 if beyond < BAR else 1


def write_project(root: Path, records: int) -> None:
    """A project whose target has a log of this many records over ten releases."""
    (root / "prompts/offer").mkdir(parents=True)
    (root / "lensops.yaml").write_text(MANIFEST)
    (root / "prompts/offer/v1.yaml").write_text("user: Hello {{ name }}\n")
    live = root / "live"
    for folder in (layout.OBJECTS, layout.LOG):
        (live / folder).mkdir(parents=True)
    releases = [release(number) for number in range(10)]
    for each in releases:
        (live / layout.object_path(each.digest)).write_bytes(layout.encode(each.body()))
    last: Record | None = None
    for number in range(1, records + 1):
        one = releases[number % 10]
        time = (START + timedelta(minutes=10 * number)).isoformat().replace("+00:00", "Z")
        log = [last] if last else []
        last = next_record(one, Draft("Ada", time, "c" * 40), log, number, None)
        (live / layout.record_path(number)).write_bytes(layout.encode(last.body()))
        if number == records:
            body = layout.current_body(one, last)
            (live / layout.CURRENT).write_bytes(layout.encode(body))


def release(number: int) -> Release:
    return Release("bench", {"offer": Prompt(f"v{number}", (Message("user", f"Offer {number}"),))})


def cost(project: Path) -> float:
    """CPU time of one command in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "lensops", "log", "live", "--at", "2026-01-04T12:00:00Z"]
    subprocess.run(command, cwd=project, check=True, capture_output=True, env=os.environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    sys.exit(main())
