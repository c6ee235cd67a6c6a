"""The directory target: plain files, committed by the exclusive creation of a log record."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lensops.errors import RemoteFailed, Stale, UserError
from lensops.files import Folder, create_exclusive, write_atomic
from lensops.release import Draft, Record, Release
from lensops.targets import layout, reading
from lensops.targets.layout import Damaged
from lensops.targets.target import Observed

ABANDONED = 86_400  # seconds after which a staged file belongs to no running writer


class Directory:
    """A folder that an application on the same file system reads."""

    def __init__(self, name: str, path: Path, shown: str) -> None:
        self.name = name
        self.where = f"directory {shown}"
        self._tree = Folder(path)

    def observe(self) -> Observed:
        with self._failing("read"):
            seen = self._steady()
            if seen.record is not None and self._cut_off(seen.record, seen):
                return self._complete(seen.record, seen)
            return seen

    def log(self) -> tuple[list[Record], list[str]]:
        with self._failing("read"):
            return reading.log(self._tree)

    def write(self, release: Release, draft: Draft, expected: Observed) -> Record:
        record = reading.next_in(self._tree, self.name, release, draft, expected)
        with self._failing("write", "nothing was changed"):
            self._sweep()
            for kept in (release, expected.release):  # what a hand put there is not lost either
                if kept is not None:
                    self._keep(kept)
            path = self._tree.path(layout.record_path(record.sequence))
            won = create_exclusive(path, layout.encode(record.body()))
        if not won:
            raise reading.moved(self.name, expected)
        state = f"record {record.sequence} is in the log; the next command completes the apply"
        with self._failing("write", state):
            self._serve(record)
        return record

    def _steady(self) -> Observed:
        """Observe again while an apply goes on between the reading of log and `current.json`."""
        seen = reading.observe(self._tree)
        while not seen.settled and seen.sequence != max([0, *layout.sequences(self._tree)]):
            seen = reading.observe(self._tree)
        return seen

    def _cut_off(self, record: Record, seen: Observed) -> bool:
        """Whether the last apply ended between its record and `current.json`.

        Then the file is missing or older than the record. A file changed after the record was
        edited by hand, perhaps for a reason: that is drift, and only an apply puts it right. The
        time of the last change of status is compared, which no copying tool can set back.
        """
        try:
            changed = self._tree.path(layout.CURRENT).stat().st_ctime_ns
        except FileNotFoundError:
            return True
        recorded = self._tree.path(layout.record_path(record.sequence)).stat().st_ctime_ns
        return changed <= recorded and not (seen.settled and self._numbered(record))

    def _numbered(self, record: Record) -> bool:
        served = layout.current(self._tree)
        return served is not None and served.sequence == record.sequence

    def _complete(self, record: Record, seen: Observed) -> Observed:
        words = f"the apply of record {record.sequence} was cut off"
        try:
            self._serve(record)
        except Damaged as error:
            return replace(seen, problems=(*seen.problems, f"{words}: {error}"))
        except UserError as error:
            return replace(seen, problems=(*seen.problems, f"{words}: {error.message}"))
        return replace(self._steady(), notes=(f"{words}; {layout.CURRENT} is now complete",))

    def _serve(self, record: Record) -> None:
        """Make `current.json` what the record says, or a later record when one was added.

        Looking at the log after the replacement keeps a slow writer from leaving an old release.
        """
        while True:
            release = layout.release_at(self._tree, record.release)
            body = layout.encode(layout.current_body(release, record))
            write_atomic(self._tree.path(layout.CURRENT), body)
            last = layout.sequences(self._tree)[-1]
            if last <= record.sequence:
                return
            record = layout.record_at(self._tree, last)

    def _keep(self, release: Release) -> None:
        path = self._tree.path(layout.object_path(release.digest))
        try:
            layout.release_at(self._tree, release.digest)
        except Damaged:
            write = write_atomic if path.exists() else create_exclusive
            write(path, layout.encode(release.body()))

    def _sweep(self) -> None:
        """Remove staged files that a killed writer left behind."""
        before = time.time() - ABANDONED
        for folder in (".", layout.OBJECTS, layout.LOG):
            for name in self._tree.names(folder):
                path = self._tree.root / folder / name
                if not (name.startswith(".") and ".json." in name):
                    continue
                with contextlib.suppress(FileNotFoundError):  # its writer put it in place meanwhile
                    if path.stat().st_mtime < before:
                        path.unlink()

    @contextlib.contextmanager
    def _failing(self, verb: str, state: str | None = None) -> Iterator[None]:
        try:
            yield
        except Stale:
            raise
        except (UserError, Damaged) as error:
            raise RemoteFailed(f"{self.name}: {error}", state) from None
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise RemoteFailed(f"{self.name}: cannot {verb}: {reason}", state) from None
