"""The prompts of a target, looked up at no cost and kept up to date behind the reader's back."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from lensops.client.errors import TargetUnavailable, Unreadable
from lensops.client.kept import KeptFile
from lensops.client.prompt import Prompt
from lensops.client.release import Release, read
from lensops.client.source import CURRENT, FolderSource, Source
from lensops.client.watch import Watch
from lensops.client.web import WebSource

_log = logging.getLogger("lensops.client")


class Prompts:
    """What a target serves. Reading takes no lock, does no input or output, and does not fail.

    A thread looks every `ttl` seconds (with jitter) whether the release changed. A new one is
    verified whole and then put in place of the old in one step; while the target is gone or
    broken the last good one is served, and `problem` and `age` say so.

    A prompt that a release no longer has was removed on purpose, and that is told from an outage:
    it is served as it was, marked `removed`, until this process ends; a process that begins later
    does not know it. So an application may drop its last use after the manifest did.
    """

    def __init__(self, source: Source, ttl: float, kept: KeptFile | None = None) -> None:
        self.ttl = ttl
        self._source = source
        self._kept = kept
        self._watch = Watch()
        self._problem: str | None = None
        self._release = self._first()

    @classmethod
    def from_directory(
        cls,
        path: str | os.PathLike[str],
        *,
        ttl: float = 5.0,
        keep: str | os.PathLike[str] | None = None,
    ) -> Self:
        """The prompts of a directory target.

        `ttl` is in seconds. `keep` names a file for a copy of the last good release, with which a
        process can begin while the target is gone. Raises `TargetUnavailable` when there is
        neither.
        """
        return cls(FolderSource(path), _checked(ttl), _kept(keep))

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        ttl: float = 30.0,
        headers: Mapping[str, str] | None = None,
        timeout: float = 10.0,
        keep: str | os.PathLike[str] | None = None,
    ) -> Self:
        """The prompts of a target behind http: its own address, or that of its `current.json`.

        `headers` (such as Authorization) go to that host alone. `timeout` is in seconds. For the
        rest see `from_directory`.
        """
        return cls(WebSource(url, headers or {}, timeout), _checked(ttl), _kept(keep))

    def __getitem__(self, name: str) -> Prompt:
        """The active version of a prompt. Raises `UnknownPrompt`, a `KeyError`."""
        if not self._watch.running:
            self._watch.start(self)
        return self._release[name]

    def __contains__(self, name: object) -> bool:
        return name in self.release

    def __iter__(self) -> Iterator[str]:
        return iter(self.release)

    def __len__(self) -> int:
        return len(self.release)

    @property
    def release(self) -> Release:
        """The release served now: all of its prompts belong together."""
        if not self._watch.running:
            self._watch.start(self)
        return self._release

    @property
    def age(self) -> float:
        """Seconds since the target was last seen to serve this release."""
        return self._release.origin.age

    @property
    def problem(self) -> str | None:
        """Why the last look at the target failed, or None when it did not: for health checks."""
        return self._problem

    def reload(self) -> bool:
        """Look at the target now; True when another release is served from now on.

        Raises nothing: see `problem`. It is for functions that are frozen between two calls, and
        for jobs; a service need not call it.
        """
        with self._watch.looking:
            before = self._release
            try:
                self._look()
            except (OSError, Unreadable) as error:
                self._failed(_said(error))
            except Exception as error:  # noqa: BLE001  # the thread must live, readers be served
                self._failed(f"a bug in lensops.client, please report it: {error!r}")
            return self._release is not before

    def close(self) -> None:
        """Look no more. Reading goes on with the last release."""
        self._watch.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _first(self) -> Release:
        try:
            data = self._source.changed() or b""
            release = read(data)
        except (OSError, Unreadable) as error:
            return self._from_copy(_said(error))
        self._source.accept()
        self._keep(data)
        return release

    def _from_copy(self, problem: str) -> Release:
        release = self._kept.load() if self._kept else None
        if release is None:
            words = f"no release in {self._source.where}: {problem}; {self._source.hint}"
            raise TargetUnavailable(words)
        self._failed(problem)
        return release

    def _look(self) -> None:
        data = self._source.changed()
        if data is not None:
            found = read(data)
            if not found.origin.same(self._release.origin):
                self._release = found.following(self._release)
                _log.info("release %s is served from now on", found.digest)
                self._keep(data)
            self._source.accept()
        self._release.origin.confirmed = time.monotonic()
        if self._problem is not None:
            _log.warning("%s can be read again", self._source.where)
            self._problem = None

    def _keep(self, data: bytes) -> None:
        if self._kept:
            self._kept.save(data)

    def _failed(self, problem: str) -> None:
        if problem != self._problem:  # once for each trouble, not once for each look
            where = self._source.where
            _log.warning("%s: %s; the last good release is served", where, problem)
        self._problem = problem


def _said(error: OSError | Unreadable) -> str:
    """Without the path, which `where` gives."""
    told = error.strerror if isinstance(error, OSError) else None
    return f"{CURRENT}: {told}" if told else str(error)


def _checked(ttl: float) -> float:
    if not ttl > 0:
        raise ValueError(f"ttl is the seconds between two looks, more than 0, not {ttl}")
    return ttl


def _kept(path: str | os.PathLike[str] | None) -> KeptFile | None:
    return None if path is None else KeptFile(Path(path).absolute())
