"""What a process takes: wall clock, CPU of it and of its children, memory at the peak."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """Seconds of wall clock and of CPU, and megabytes."""

    wall: float
    cpu: float
    memory: float

    def __str__(self) -> str:
        return f"{self.wall:6.2f} s, {self.cpu:6.2f} s CPU, {self.memory:5.0f} MB"


def run(
    command: list[str],
    folder: Path,
    codes: Collection[int] = (0,),
    environment: Mapping[str, str] | None = None,
) -> Cost:
    """Run a command in a folder, its output dropped. Ends the benchmark at another exit code."""
    begin = time.perf_counter()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=folder, stdout=quiet, env=environment) as running:
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode not in codes:
        raise SystemExit(f"{' '.join(command)} ended with {running.returncode}")
    wall = time.perf_counter() - begin
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
