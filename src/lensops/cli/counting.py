"""A bar on stderr while drift counts; nothing when it takes less than a second."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Self

DELAY = 1.0  # seconds before anything is shown
BEAT = 0.2


class Counting:
    """Says which monitor is counted and for how long, on a terminal only."""

    def __init__(self) -> None:
        self._said = ""
        self._done = threading.Event()
        self._shown = False
        self._thread = threading.Thread(target=self._show, daemon=True)

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._shown:
            sys.stderr.write("\r\x1b[K")

    def monitor(self, name: str, place: int, of: int) -> None:
        """The counting of a monitor begins."""
        filled = round(20 * place / of)
        self._said = f"[{'█' * filled}{'░' * (20 - filled)}] {place}/{of} counting {name}"

    def _show(self) -> None:
        begin = time.monotonic()
        self._done.wait(DELAY)
        while not self._done.wait(BEAT):
            self._shown = True
            from lensops.render.escape import one_line

            said = one_line(f"{self._said}, {time.monotonic() - begin:.0f} s")
            sys.stderr.write(f"\r\x1b[K{said}")
            sys.stderr.flush()
