"""The thread that keeps prompts up to date: started by the first read, and again after a fork."""

from __future__ import annotations

import os
import random
import threading
import weakref
from typing import Protocol

JITTER = 0.2  # of the time to live: many processes must not poll a target at the same moment


class Refreshable(Protocol):
    """What is kept up to date."""

    @property
    def ttl(self) -> float:
        """Seconds between two polls, on average."""

    def reload(self) -> bool:
        """Poll now. Raises nothing."""


class RefreshThread:
    """At most one thread of this process, which polls for a new release every `ttl` seconds.

    While it waits it holds no reference to what it refreshes, so that it ends with it.
    """

    def __init__(self) -> None:
        self.running = False
        self._reset()
        _threads.add(self)

    def start(self, prompts: Refreshable) -> None:
        """Start, unless it runs already. Where no thread can be had, a later read tries again."""
        with self._starting:
            if self.running:
                return
            thread = threading.Thread(
                target=_poll, args=(weakref.ref(prompts), self._stop), name="lensops", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:
                return
            self.running = True

    def stop(self) -> None:
        """End the thread, for good; waiting for it is not needed."""
        self.running = True  # so that no read starts it again
        self._stop.set()

    def reset_after_fork(self) -> None:
        """The child has no thread of its parent's, and must not wait for their locks."""
        if self._stop.is_set():
            self.polling = threading.Lock()
        else:
            self.running = False
            self._reset()

    def _reset(self) -> None:
        self.polling = threading.Lock()  # held while the target is polled
        self._starting = threading.Lock()
        self._stop: threading.Event = threading.Event()


_threads: weakref.WeakSet[RefreshThread] = weakref.WeakSet()


def _poll(reference: weakref.ref[Refreshable], stop: threading.Event) -> None:
    while (prompts := reference()) is not None:
        pause = prompts.ttl * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # no secret
        del prompts
        if stop.wait(pause):
            return
        if (prompts := reference()) is not None:
            prompts.reload()
            del prompts


def _after_fork() -> None:
    for thread in list(_threads):
        thread.reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
