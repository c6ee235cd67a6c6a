"""Start `lensops`, as a script or as `python -m lensops`."""

from __future__ import annotations

import gc
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    gc.set_threshold(100_000)  # while modules load there is nothing to collect
    from lensops.cli.main import main as run_and_exit

    run_and_exit()


if __name__ == "__main__":
    main()
