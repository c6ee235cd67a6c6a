"""The directory target: plain files, committed by the exclusive creation of a log record."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lensops.errors import Refused, RemoteFailed, Stale, UserError
from lensops.files import LocalTree, create_exclusive, write_atomic
from lensops.manifest import NAMES
from lensops.prompts import locate_prompt
from lensops.prompts.layout import FOLDER
from lensops.targets import layout, reading
from lensops.targets.folder import TargetFolder
from lensops.targets.kind import TargetKind
from lensops.targets.layout import Damaged
from lensops.targets.reading import MIN_AGE, unreferenced_objects

if TYPE_CHECKING:
    from lensops.manifest import Manifest
    from lensops.manifest import Target as Settings
    from lensops.release import Draft, Record, Release
    from lensops.targets.target import Log, Observed

ABANDONED = 86_400  # seconds after which a staged file belongs to no running writer


class Directory:
    """A folder that an application on the same file system reads."""

    needs_commit = False

    def __init__(self, name: str, path: Path, label: str) -> None:
        self.name = name
        self.where = f"directory {label}"
        self._tree = TargetFolder(path)

    def observe(self) -> Observed:
        with self._failing("read"):
            observed = self._observe_steadily()
            if observed.record is not None and self._is_cut_off(observed.record, observed):
                return self._complete(observed.record, observed)
            return observed

    def log(self) -> Log:
        with self._failing("read"):
            return reading.read_log(self._tree)

    def cached_log(self) -> Log:
        return self.log()

    def release(self, digest: str) -> Release:
        with self._failing("read"):
            return layout.release_at(self._tree, digest)

    def garbage_paths(self) -> tuple[str, ...]:
        """Files of the last hour are left out: an apply writes its object before its record."""
        limit = time.time() - MIN_AGE
        with self._failing("read"):
            paths = unreferenced_objects(self.name, self._tree)
            return tuple(p for p in paths if self._tree.path(p).stat().st_mtime < limit)

    def remove(self, paths: Collection[str]) -> tuple[str, ...]:
        removable = [path for path in self.garbage_paths() if path in paths]
        with self._failing("write"):
            for path in removable:
                self._tree.path(path).unlink(missing_ok=True)
        return tuple(removable)

    def write(self, release: Release, draft: Draft, expected: Observed) -> Record:
        record = reading.next_in(self._tree, self.name, release, draft, expected)
        with self._failing("write", "nothing was changed"):
            self._sweep()
            for kept_release in (release, expected.release):  # what a hand put there is not lost
                if kept_release is not None:
                    self._keep(kept_release)
            for path, data in layout.statement_file(draft.statement).items():
                write_atomic(self._tree.path(path), data)
            record_path = self._tree.path(layout.record_path(record.sequence))
            is_first = create_exclusive(record_path, layout.encode(record.body()))
        if not is_first:
            raise reading.stale(self.name, expected)
        state = f"record {record.sequence} is in the log; the next command completes the apply"
        with self._failing("write", state):
            self._serve(record)
        return record

    def _observe_steadily(self) -> Observed:
        """Observe again while an apply goes on between the reading of log and `current.json`."""
        observed = reading.observe(self._tree)
        while not observed.is_settled and observed.sequence != self._last_sequence():
            observed = reading.observe(self._tree)
        return observed

    def _last_sequence(self) -> int:
        numbers, _ = reading.log_numbers(self._tree)
        return numbers[-1] if numbers else 0

    def _is_cut_off(self, record: Record, observed: Observed) -> bool:
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
        return changed <= recorded and not (observed.is_settled and self._has_number(record))

    def _has_number(self, record: Record) -> bool:
        served = layout.current(self._tree)
        return served is not None and served.sequence == record.sequence

    def _complete(self, record: Record, observed: Observed) -> Observed:
        note = f"the apply of record {record.sequence} was cut off"
        try:
            self._serve(record)
        except (Damaged, UserError) as error:
            return observed._replace(problems=(*observed.problems, f"{note}: {error}"))
        return self._observe_steadily()._replace(
            notes=(f"{note}; {layout.CURRENT} is complete now",)
        )

    def _serve(self, record: Record) -> None:
        """Make `current.json` what the record says, or a later record when one was added.

        Looking at the log after the replacement keeps a slow writer from leaving an old release.
        """
        while True:
            release = layout.release_at(self._tree, record.release)
            body = layout.encode(layout.current_body(release, record))
            write_atomic(self._tree.path(layout.CURRENT), body)
            last = self._last_sequence()
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
        limit = time.time() - ABANDONED
        for folder in (".", layout.OBJECTS, layout.LOG):
            for name in self._tree.names(folder):
                path = self._tree.root / folder / name
                if not (name.startswith(".") and ".json." in name):
                    continue
                with contextlib.suppress(FileNotFoundError):  # its writer put it in place meanwhile
                    if path.stat().st_mtime < limit:
                        path.unlink()

    @contextlib.contextmanager
    def _failing(self, verb: str, state: str | None = None) -> Iterator[None]:
        try:
            yield
        except (Stale, Refused):
            raise
        except (UserError, Damaged) as error:
            raise RemoteFailed(f"{self.name}: {error}", state) from None
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise RemoteFailed(f"{self.name}: cannot {verb}: {reason}", state) from None


def _open(name: str, settings: Settings, folder: LocalTree) -> Directory:
    path = settings.directory or ""
    return Directory(name, folder.path(path), path)


def _problem(settings: Settings, folder: LocalTree, manifest: Manifest) -> UserError | None:
    """A folder outside the repository, or one in which the project has files of its own."""
    path = settings.directory or ""
    try:
        folder.path(path)
    except UserError as error:
        return error
    target = PurePosixPath(path).parts
    for source in _source_files(manifest):
        parts = PurePosixPath(source).parts
        shared = min(len(parts), len(target))
        if parts[:shared] == target[:shared]:
            problem = f"directory {path} would mix releases with the project's files in {source}"
            return UserError(problem, "name a folder that nothing else uses")
    return None


def _source_files(manifest: Manifest) -> Iterator[str]:
    """The files and folders that are the project's own, as the manifest names them."""
    yield from (FOLDER, *NAMES)
    folders = (locate_prompt(manifest, name).folder for name in manifest.prompts)
    yield from (folder for folder in folders if folder != ".")
    for name, suite in manifest.evals.items():
        yield from (suite.cases, manifest.recordings_folder(name))
        yield from (check.json_schema for check in suite.checks if check.json_schema)
    for monitor in manifest.drift.values():
        yield from monitor.paths


def _identity(settings: Settings, folder: LocalTree) -> tuple[str, ...]:
    return folder.path(settings.directory or "").resolve().parts


KIND = TargetKind(_open, _problem, _identity, {"directory": ".lensops/live/staging"})
