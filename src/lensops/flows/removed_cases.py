"""The mean that an eval would have with the cases that a branch removes, from recordings alone."""

from __future__ import annotations

from pathlib import Path

from lensops.errors import UserError
from lensops.evals.protocols import Mode, NullProgress
from lensops.files import Snapshot
from lensops.flows.base import BaseSnapshot
from lensops.flows.evidence_digests import MAX_BYTES
from lensops.flows.project import Opened
from lensops.flows.run_options import RunOptions
from lensops.flows.run_suite import SuiteContext, run_suite


def mean_on_base_cases(project: Opened, base: BaseSnapshot, name: str) -> float | None:
    """The mean score of the branch's version on the cases of the base.

    None where a case has no recorded output, or nothing can be scored for another reason.
    """
    if base.project is None:
        return None
    path = project.manifest.evals[name].cases
    try:
        cases = base.tree.read(base.project.manifest.evals[name].cases, MAX_BYTES)
        tree = Snapshot(_WithFile(project.tree, path, cases))
        earlier = Opened(project.file, project.active, tree)
        options = RunOptions((name,), mode=Mode.REPLAY)
        return run_suite(SuiteContext(earlier, name, options, NullProgress(), base)).mean
    except (UserError, FileNotFoundError):
        return None


class _WithFile:
    """Implements `LocalTree`: a tree in which one file has another content."""

    def __init__(self, tree: Snapshot, path: str, data: bytes) -> None:
        self._tree, self._path, self._data = tree, str(Path(path)), data
        self.root, self.boundary = tree.root, tree.boundary

    def read(self, path: str, limit: int) -> bytes:
        return self._data if str(Path(path)) == self._path else self._tree.read(path, limit)

    def path(self, path: str) -> Path:
        return self._tree.path(path)

    def names(self, folder: str) -> list[str]:
        return self._tree.names(folder)

    def folders(self, folder: str) -> list[str]:
        return self._tree.folders(folder)
