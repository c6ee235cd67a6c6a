"""The prompts of a target: look-ups cost nothing, a thread in the background keeps them fresh."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from lensops.client.errors import TargetUnavailable, Unreadable
from lensops.client.http_source import HttpSource
from lensops.client.order import check_order
from lensops.client.prompt import Prompt
from lensops.client.refresh import RefreshThread
from lensops.client.release import Release, parse_release
from lensops.client.release_cache import ReleaseCache
from lensops.client.source import CURRENT, FolderSource, Source

_log = logging.getLogger("lensops.client")


class Prompts:
    """What a target serves. Reading takes no lock, does no input or output, and does not fail.

    A thread polls the target every `ttl` seconds (with jitter). A new release is verified whole
    and then replaces the old one in one step; while the target is gone or broken the last good
    release is served, and `problem` and `age` show it.

    A prompt that a release no longer has was removed on purpose, which is not an outage: it is
    served as it was, marked `removed`, until this process ends; a process that starts later does
    not have it. So an application may drop its last use after the manifest has.
    """

    def __init__(self, source: Source, ttl: float, cache: ReleaseCache | None = None) -> None:
        self.ttl = ttl
        self._source = source
        self._cache = cache
        self._thread = RefreshThread()
        self._problem: str | None = None
        self._release = self._load()

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
        process can start while the target is gone. Raises `TargetUnavailable` when there is
        neither.
        """
        return cls(FolderSource(path), _positive(ttl), _cache_at(keep))

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
        return cls(HttpSource(url, headers or {}, timeout), _positive(ttl), _cache_at(keep))

    def __getitem__(self, name: str) -> Prompt:
        """The active version of a prompt. Raises `UnknownPrompt`, a `KeyError`."""
        if not self._thread.running:
            self._thread.start(self)
        return self._release[name]

    def __contains__(self, name: object) -> bool:
        return name in self.release

    def __iter__(self) -> Iterator[str]:
        return iter(self.release)

    def __len__(self) -> int:
        return len(self.release)

    @property
    def release(self) -> Release:
        """The current release: all of its prompts belong together."""
        if not self._thread.running:
            self._thread.start(self)
        return self._release

    @property
    def age(self) -> float:
        """Seconds since the target was last seen to serve this release."""
        return self._release.origin.age

    @property
    def problem(self) -> str | None:
        """Why the last poll of the target failed, or None when it did not: for health checks."""
        return self._problem

    def reload(self) -> bool:
        """Poll the target now; True when another release is served from now on.

        Raises nothing: see `problem`. It is for functions that are frozen between two calls, and
        for jobs; a service need not call it.
        """
        with self._thread.polling:
            previous = self._release
            try:
                self._poll()
            except (OSError, Unreadable) as error:
                self._record_failure(_message(error))
            except Exception as error:  # noqa: BLE001  # the thread must live, readers be served
                self._record_failure(f"a bug in lensops.client, please report it: {error!r}")
            return self._release is not previous

    def close(self) -> None:
        """Stop polling. Reading goes on with the last release."""
        self._thread.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _load(self) -> Release:
        """The target's release, unless the copy holds one that came later or it cannot be read."""
        copy = self._cache.load() if self._cache else None
        try:
            data = self._source.read_changes() or b""
            release = parse_release(data)
            check_order(release.origin, copy.origin if copy else None)
        except (OSError, Unreadable) as error:
            problem = _message(error)
            if copy is None:
                where = self._source.where
                hint = self._source.hint
                raise TargetUnavailable(f"no release in {where}: {problem}; {hint}") from None
            self._record_failure(problem)
            return copy
        self._source.accept()
        self._save(data)
        return release

    def _poll(self) -> None:
        data = self._source.read_changes()
        if data is not None:
            release = parse_release(data)
            check_order(release.origin, self._release.origin)
            if not release.origin.equals(self._release.origin):
                self._release = release.succeed(self._release)
                _log.info("release %s is served from now on", release.digest)
                self._save(data)
            self._source.accept()
        self._release.origin.confirmed = time.monotonic()
        if self._problem is not None:
            _log.warning("%s can be read again", self._source.where)
            self._problem = None

    def _save(self, data: bytes) -> None:
        if self._cache:
            self._cache.save(data)

    def _record_failure(self, problem: str) -> None:
        if problem != self._problem:  # once per problem, not once per poll
            where = self._source.where
            _log.warning("%s: %s; the last good release is served", where, problem)
        self._problem = problem


def _message(error: OSError | Unreadable) -> str:
    """The error without the path, which `where` has."""
    reason = error.strerror if isinstance(error, OSError) else None
    return f"{CURRENT}: {reason}" if reason else str(error)


def _positive(ttl: float) -> float:
    if not ttl > 0:
        raise ValueError(f"ttl must be a number of seconds above 0, not {ttl}")
    return ttl


def _cache_at(path: str | os.PathLike[str] | None) -> ReleaseCache | None:
    return None if path is None else ReleaseCache(Path(path).absolute())
