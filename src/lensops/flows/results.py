"""Results of evals and drift: saved with time and release, the cases of large ones beside them."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from pydantic import ValidationError

from lensops.errors import UserError
from lensops.evals.result import CaseScore
from lensops.evals.suite_run import OnCase
from lensops.evals.summary import HELD
from lensops.files import Folder, create_exclusive
from lensops.flows.project import Opened
from lensops.json_text import make_encoder
from lensops.render.json import envelope
from lensops.report.scores import case_data

if TYPE_CHECKING:
    from lensops.report.overview.stored import Results, StoredFile


FOLDERS = {"eval": "eval_results", "drift": "drift_results"}
DRIFT_REPORT = "drift_report.json"  # what `drift --output` of older versions left
MAX_BYTES = 50_000_000
NEWEST = 200  # how many results of a kind are read: what a chart can show
_STAMP = re.compile(r"(\d{8}T\d{6})")
F = TypeVar("F", bound="StoredFile")


def save_result(project: Opened, noun: str, data: dict[str, Any]) -> dict[str, Any]:
    """Write `<noun>_results/<noun>_<UTC>.json` whole or not at all; gives the data as written.

    The data gets its `time` and the `release` that it is about. Runs that end in the same second
    are numbered. The folder is new with a `.gitignore` over all of it; remove that to keep results
    in git. Raises `UserError` when it cannot be written.
    """
    time = datetime.now(UTC)
    dated = {**data, "time": f"{time:%Y-%m-%dT%H:%M:%SZ}", "release": project.desired.digest}
    folder = project.tree.path(FOLDERS[noun])
    if not folder.exists():
        create_exclusive(folder / ".gitignore", b"*\n")
    content = envelope(noun, dated).encode()
    for number in count(1):
        name = f"{noun}_{time:%Y%m%dT%H%M%SZ}{f'_{number}' if number > 1 else ''}.json"
        if create_exclusive(project.tree.path(f"{FOLDERS[noun]}/{name}"), content):
            break
    return dated


def load_results(root: Path, newest: int = NEWEST) -> Results:
    """The newest results below a project's root; names carry the time, so only those are opened."""
    from lensops.report.overview.stored import (  # what saves a result needs none of it
        DriftFile,
        EvalFile,
        Results,
        StoredDrift,
        StoredEval,
    )

    reader = _Reader(root)
    evals = [
        StoredEval(time, suite, file.release)
        for time, file in reader.files("eval", EvalFile, newest)
        for suite in file.evals
    ]
    drifts = {  # a report that `--output` wrote beside the kept one is the same report
        (file.time, file.psi, file.status): StoredDrift(time, file)
        for time, file in reader.files("drift", DriftFile, newest)
    }
    return Results(tuple(evals), tuple(drifts.values()), tuple(reader.broken))


def result_time(name: str, written: datetime | None) -> datetime | None:
    """The time that the document states, or else the UTC time in the file's name.

    Never the file's own date, which after a clone is that of the clone; None where neither is
    known.
    """
    if written is not None:
        return written.astimezone(UTC)
    if match := _STAMP.search(name):
        try:
            return datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            return None
    return None


class _Reader:
    """Reads stored results, and remembers which could not be read and why."""

    def __init__(self, root: Path) -> None:
        self._folder = Folder(root)
        self.broken: list[str] = []

    def files(self, noun: str, model: type[F], newest: int) -> list[tuple[datetime | None, F]]:
        """The newest files of a kind, oldest first; those without a time come before all."""
        root = self._folder.root
        paths = sorted((root / FOLDERS[noun]).glob("*.json"))[-newest:]
        if noun == "drift" and (report := root / DRIFT_REPORT).is_file():
            paths.append(report)
        dated = [
            (result_time(path.name, content.time), content)
            for path in paths
            for content in self._parse_file(path.relative_to(root).as_posix(), model)
        ]
        oldest = datetime.min.replace(tzinfo=UTC)
        return sorted(dated, key=lambda pair: pair[0] or oldest)

    def _parse_file(self, path: str, model: type[F]) -> Iterator[F]:
        try:
            yield model.model_validate_json(self._folder.read(path, MAX_BYTES))
        except ValidationError as error:
            is_json = error.errors(include_url=False)[0]["type"] != "json_invalid"
            self.broken.append(f"{path}: {'not a result' if is_json else 'not JSON'}")
        except (UserError, OSError) as error:
            self.broken.append(str(error) if isinstance(error, UserError) else f"{path}: {error}")


_encode = make_encoder()


class CaseRows:
    """Takes the cases of each suite, and writes them once there are more than a result holds.

    `refs` has, by suite, what results call `cases_ref`: the path and digest of what was written.
    """

    def __init__(self, project: Opened) -> None:
        self._folder = project.tree.path(FOLDERS["eval"])
        self._stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}_{os.getpid()}"
        self._suites: dict[str, _Rows] = {}

    def sink(self, suite: str) -> OnCase:
        """Who takes the cases of a suite."""
        name = f"eval_{self._stamp}_{suite}.cases.jsonl"
        self._suites[suite] = _Rows(self._folder / name)
        return self._suites[suite].take

    def refs(self) -> dict[str, dict[str, str]]:
        """What was written, by suite; the files are whole then."""
        refs = {}
        for suite, rows in self._suites.items():
            if (digest := rows.finish()) is not None:
                path = f"{FOLDERS['eval']}/{rows.path.name}"
                refs[suite] = {"path": path, "digest": digest}
        return refs


class _Rows:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: list[CaseScore] = []
        self._file: BinaryIO | None = None
        self._hash = hashlib.sha256()

    def take(self, case: CaseScore) -> None:
        """Hold a case, or write it with those that are held."""
        if self._file is not None:
            self._write(case)
            return
        self._held.append(case)
        if len(self._held) > HELD:
            create_exclusive(self.path.parent / ".gitignore", b"*\n")
            self._file = self._part.open("wb")
            for held in self._held:
                self._write(held)
            self._held.clear()

    def finish(self) -> str | None:
        """The digest of the file, which has its name now; None where none was written."""
        if self._file is None:
            return None
        self._file.close()
        self._part.replace(self.path)
        return f"sha256:{self._hash.hexdigest()}"

    @property
    def _part(self) -> Path:
        return self.path.with_suffix(".part")

    def _write(self, case: CaseScore) -> None:
        if self._file is None:
            return
        data = (_encode(case_data(case)) + "\n").encode("utf-8", "replace")
        self._hash.update(data)
        self._file.write(data)
