"""The thread that keeps prompts up to date, begun at the first read and again after a fork."""

from __future__ import annotations

import os
import random
import threading
import weakref
from typing import Protocol

JITTER = 0.2  # of the time to live: many processes must not ask a target at the same moment


class Watched(Protocol):
    """What is kept up to date."""

    @property
    def ttl(self) -> float:
        """Seconds between two looks, on average."""

    def reload(self) -> bool:
        """Look, now. Raises nothing."""


class Watch:
    """At most one thread of this process that looks for a new release every `ttl` seconds.

    The thread holds no reference to what it watches while it waits, so that it ends with it.
    """

    def __init__(self) -> None:
        self.running = False
        self._reset()
        _watches.add(self)

    def start(self, watched: Watched) -> None:
        """Begin, unless it was begun. A system that has no thread left is asked again later."""
        with self._starting:
            if self.running:
                return
            thread = threading.Thread(
                target=_run, args=(weakref.ref(watched), self._stop), name="lensops", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:
                return
            self.running = True

    def stop(self) -> None:
        """End the thread, for good; waiting for it is not needed."""
        self.running = True  # so that no read begins it again
        self._stop.set()

    def forked(self) -> None:
        """The child has no thread of its parent's, and must not wait for their locks."""
        if self._stop.is_set():
            self.looking = threading.Lock()
        else:
            self.running = False
            self._reset()

    def _reset(self) -> None:
        self.looking = threading.Lock()  # held while the target is looked at
        self._starting = threading.Lock()
        self._stop: threading.Event = threading.Event()


_watches: weakref.WeakSet[Watch] = weakref.WeakSet()


def _run(reference: weakref.ref[Watched], stop: threading.Event) -> None:
    while (watched := reference()) is not None:
        pause = watched.ttl * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # no secret
        del watched
        if stop.wait(pause):
            return
        if (watched := reference()) is not None:
            watched.reload()
            del watched


def _after_fork() -> None:
    for watch in list(_watches):
        watch.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
