"""The state of a project as the report page and the dashboard show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lensops.history import Event, History
from lensops.plan import TargetStatus
from lensops.prompts import Prompt
from lensops.release import Record
from lensops.report.overview.stored import Results, StoredDrift, StoredEval


@dataclass(frozen=True, slots=True)
class ActivePrompt:
    """The active version of a prompt, and the commit that made it so, when git knows it."""

    name: str
    version: str
    event: Event | None


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows. `versions` holds the prompts that have files, by name and version."""

    project: str
    commit: str | None
    active: tuple[ActivePrompt, ...]
    targets: tuple[TargetStatus, ...]
    results: Results
    history: History | None
    versions: Mapping[tuple[str, str], Prompt]
    bands: Mapping[str, float]  # keyed as in a release: `<monitor>.<limit>`
    releases: Mapping[str, tuple[Record, ...]]  # the log of each target, newest first

    @property
    def latest_evals(self) -> tuple[StoredEval, ...]:
        """The newest stored run of each suite."""
        return tuple({stored.suite.name: stored for stored in self.results.evals}.values())

    @property
    def latest_drift(self) -> StoredDrift | None:
        """The newest stored drift report."""
        return self.results.drifts[-1] if self.results.drifts else None
