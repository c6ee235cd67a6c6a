"""A real process within milliseconds: forked from a server that has imported lensops already.

The server is a clean process of its own, so a child may be killed, may limit itself and may hook
what it likes. Where the start of Python is the point, a test starts Python instead.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

from support.cli import Result

SERVER = multiprocessing.get_context("forkserver")
COMMANDS = ["lensops.flows.apply", "lensops.flows.drift", "lensops.flows.gate"]
LIBRARIES = ["duckdb", "numpy", "rapidfuzz", "sacrebleu"]  # which commands load when they need them
SERVER.set_forkserver_preload(
    ["support.cli", "support.faults", "support.opens", *COMMANDS, *LIBRARIES]
)


def run_forked(
    function: Callable[..., int],
    *args: object,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Result:
    """Call a function of a module in a process of its own; what it returns is the exit code.

    A process that a signal ended has the signal's number, negative, as its code.
    """
    environment = {**os.environ, **(env or {})}
    pipes = [SERVER.Pipe(duplex=False) for _ in ("out", "err")]
    writers = [writer for _, writer in pipes]
    child = SERVER.Process(
        target=_run, args=(function, args, cwd or Path.cwd(), environment, writers)
    )
    child.start()
    for writer in writers:
        writer.close()
    with ThreadPoolExecutor(len(pipes)) as pool:
        out, err = pool.map(_read, (reader for reader, _ in pipes))
    child.join()
    assert child.exitcode is not None
    return Result(child.exitcode, out, err)


def _read(pipe: Connection) -> str:
    """What is written into a pipe until its end."""
    with open(pipe.fileno(), "rb", closefd=False) as stream:
        return stream.read().decode()


def _run(
    function: Callable[..., int],
    args: tuple[object, ...],
    cwd: Path,
    environment: Mapping[str, str],
    writers: list[Connection],
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(cwd)
    for number, writer in enumerate(writers, start=1):
        os.dup2(writer.fileno(), number)
        writer.close()
    code = function(*args)
    sys.stdout.flush()
    sys.exit(code)
