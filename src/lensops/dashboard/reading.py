"""The reading of a project that all pages draw: begun before anyone looks, renewed behind them."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from lensops.errors import UserError
from lensops.flows.overview import overview
from lensops.manifest.locate import ProjectRef
from lensops.report.overview import Overview

FRESH = 10  # seconds after which the next look begins another reading
STALE = 60  # seconds after which nobody is shown the old one while that goes on


class Reading:
    """The newest reading of one project; threads of several visitors may ask at once.

    A `UserError` is not kept: once fixed, the project is shown at once.
    """

    def __init__(self, ref: ProjectRef) -> None:
        self._ref = ref
        self._lock = threading.Lock()  # held while the project is read
        self._newest: tuple[float, Overview] | None = None

    def current(self) -> Overview:
        """The project as it was read a moment ago. Raises `UserError` when it cannot be read."""
        newest = self._newest
        if newest is not None and self._age(newest) < STALE:
            if self._age(newest) >= FRESH and not self._lock.locked():
                self.begin()
            return newest[1]
        with self._lock:
            if self._newest is None or self._age(self._newest) >= STALE:
                self._renew()
            return self._newest[1] if self._newest else overview(self._ref)

    def begin(self) -> None:
        """Read the project in a thread of its own."""
        threading.Thread(target=self._read_behind, daemon=True).start()

    def _read_behind(self) -> None:
        with self._lock:
            try:
                self._renew()
            except UserError:
                self._newest = None  # the next look reads again and says what is wrong

    def _renew(self) -> None:
        self._newest = time.monotonic(), overview(self._ref)

    @staticmethod
    def _age(reading: tuple[float, Overview]) -> float:
        return time.monotonic() - reading[0]


def app_project(arguments: list[str]) -> ProjectRef:
    """The project in the app's own arguments: its folder, and the manifest that was named."""
    directory, manifest = (*arguments[:2], None, None)[:2]
    return ProjectRef(Path(directory or "."), Path(manifest) if manifest else None)


_READINGS: dict[ProjectRef, Reading] = {}
_GUARD = threading.Lock()


def reading_of(ref: ProjectRef) -> Reading:
    """The one reading of a project in this process."""
    with _GUARD:
        if ref not in _READINGS:
            _READINGS[ref] = Reading(ref)
        return _READINGS[ref]
