"""`history` on 100,000 commits, 500 of which change the manifest, against the bare `git log`.

    python benchmarks/bench_history.py [COMMITS]

The repository is made by `git fast-import`. Each round runs both commands in turn; the medians of
their CPU, children included, are compared. The bar is 1.5 times
`git log --first-parent --raw -- lensops.yaml`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

BAR = 1.5
ROUNDS = 5
CHANGES = 500
BARE = ["git", "log", "--first-parent", "--raw", "--", "lensops.yaml"]
LENSOPS = [sys.executable, "-m", "lensops", "history", "--format", "json"]
MANIFEST = "version: 1\nproject: bench\nprompts:\n  offer_copy: {{active: v{}}}\n"


def main(commits: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        git(root, "init", "-q", "-b", "main")
        stream = "".join(history(commits)).encode()
        subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=stream, check=True)
        git(root, "reset", "-q", "--hard")
        times: dict[str, list[tuple[float, float]]] = {"git log": [], "lensops history": []}
        for _ in range(ROUNDS):
            times["git log"].append(timed(BARE, root))
            times["lensops history"].append(timed(LENSOPS, root))
    medians = {name: statistics.median(cpu for cpu, _ in each) for name, each in times.items()}
    for name, each in times.items():
        wall = statistics.median(seconds for _, seconds in each)
        print(f"{name:16} {medians[name]:6.3f} s CPU {wall:6.3f} s")
    ratio = medians["lensops history"] / medians["git log"]
    print(f"{commits:,} commits, {CHANGES} changes of the manifest: ratio {ratio:.2f}, bar {BAR}")
    return 0 if ratio <= BAR else 1


def history(commits: int) -> Iterator[str]:
    """A stream for `git fast-import`: every so many commits the other version becomes active."""
    every = max(commits // CHANGES, 1)
    for number in range(commits):
        yield "commit refs/heads/main\n"
        yield f"committer Bench <bench@example.org> {1_600_000_000 + number * 60} +0000\n"
        yield data(f"Commit {number}")
        if number == 0:
            for version in (1, 2):
                yield f"M 644 inline prompts/offer_copy/v{version}.yaml\n"
                yield data(f"user: Wording {version} for {{{{ name }}}}.\n")
        if number % every == 0:
            yield "M 644 inline lensops.yaml\n"
            yield data(MANIFEST.format(1 + number // every % 2))
        else:
            yield f"M 644 inline src/file_{number % 997}.txt\n"
            yield data(f"{number}\n")


def data(text: str) -> str:
    """A blob or message of the stream."""
    return f"data {len(text.encode())}\n{text}\n"


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Seconds of CPU, children included, and seconds."""
    begin, before = time.perf_counter(), os.times()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    used = after.children_user + after.children_system
    used -= before.children_user + before.children_system
    return used, time.perf_counter() - begin


def git(root: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=root, check=True)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
