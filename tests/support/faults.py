"""Run a write to a directory target in a real process that is killed, starved or raced.

`python -m support.faults kill STEP FOLDER VERSION` is killed by SIGKILL after that many steps.
`python -m support.faults full BYTES FOLDER VERSION` may write no file longer than BYTES.
`python -m support.faults race - FOLDER VERSION` says what it saw, waits for a line, then writes.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lensops.errors import UserError
from lensops.targets.directory import Directory
from support.releases import DRAFT, release

STEPS = ("fsync", "link", "replace", "unlink")  # each leaves the disk in another state


def kill_after(steps: int) -> None:
    """Let this process be killed after so many steps of writing; 0 is before the first."""
    left = steps

    def counting(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            return call(*args, **kwargs)

        return counted

    for name in STEPS:
        setattr(os, name, counting(getattr(os, name)))


def obey_modes(*args: str) -> int:
    """Run a command that the modes of files bind, as they do not bind root."""
    from lensops.cli.main import run

    version, nothing = (ctypes.c_uint32 * 2)(0x20080522), (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None).capset(version, nothing)
    return run(list(args))


def run_in_a_removed_folder(folder: str, *args: str) -> int:
    """Run a command in a folder that is removed beneath it."""
    from lensops.cli.main import run

    path = Path(folder)
    path.mkdir()
    os.chdir(folder)
    path.rmdir()
    return run(list(args))


def starve(size: int, *args: str) -> int:
    """Run a command that may write no file longer than `size` bytes."""
    from lensops.cli.main import run

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return run(list(args))


def main(mode: str, number: str, folder: str, version: str) -> int:
    target = Directory("staging", Path(folder), "staging")
    seen = target.observe()
    if mode == "race":
        print("ready", flush=True)
        sys.stdin.readline()
    elif mode == "kill":
        kill_after(int(number))
    elif mode == "full":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(number), int(number)))
    try:
        target.write(release(offer=version), DRAFT, seen)
    except UserError as error:
        print(error.message)
        return int(error.exit)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
