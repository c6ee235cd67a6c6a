"""Rows of very many cases: written beside a result, which then names their file and its digest."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from lensops.evals.result import CaseScore
from lensops.evals.suite_run import OnCase
from lensops.evals.summary import HELD
from lensops.files import create_exclusive
from lensops.flows.project import Opened
from lensops.flows.results import FOLDERS
from lensops.json_encoder import make_encoder
from lensops.report.scores import case_data

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
