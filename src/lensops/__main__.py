"""Start `lensops`, as a script or as `python -m lensops`."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    gc.set_threshold(100_000)  # while modules load there is nothing to collect
    from lensops.cli.main import main as run_and_exit

    run_and_exit()


if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # the current folder: a project's `typer.py` is not the package
    main()
