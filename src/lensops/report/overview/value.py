"""The state of a project as the report page and the dashboard show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lensops.history import Event, History
from lensops.plan import TargetStatus
from lensops.prompts import Prompt
from lensops.release import Record
from lensops.report.overview.stored import Results, StoredEval, StoredMonitor

MonitorPoint = tuple[datetime | None, StoredMonitor]


@dataclass(frozen=True, slots=True)
class ActivePrompt:
    """The active version of a prompt, and the commit that made it so, when git knows it."""

    name: str
    version: str
    event: Event | None


@dataclass(frozen=True, slots=True)
class Declared:
    """What the manifest declares: who follows whom, which prompt a suite scores, the monitors."""

    release: str  # the digest of the release that the manifest asks for
    follows: Mapping[str, str | None]  # by target, the one that must serve the same first
    suites: Mapping[str, str]  # by suite, the prompt that it scores
    monitors: tuple[str, ...]
    bands: Mapping[str, float]  # keyed as in a release: `<monitor>.<limit>`


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows. `versions` holds the prompts that have files, by name and version."""

    project: str
    commit: str | None
    time: datetime  # when the project was read, UTC
    declared: Declared
    active: tuple[ActivePrompt, ...]
    targets: tuple[TargetStatus, ...]
    results: Results
    history: History | None
    versions: Mapping[tuple[str, str], Prompt]
    records: Mapping[str, tuple[Record, ...]]  # the log of each target, newest first

    def suite_runs(self, suite: str) -> tuple[StoredEval, ...]:
        """The stored runs of a suite, oldest first."""
        return tuple(run for run in self.results.evals if run.suite.name == suite)

    @property
    def latest_evals(self) -> tuple[StoredEval, ...]:
        """The newest stored run of each suite: those declared first, in their order."""
        newest = {run.suite.name: run for run in self.results.evals}
        names = [name for name in self.declared.suites if name in newest]
        return tuple(newest[name] for name in dict.fromkeys((*names, *newest)))

    def monitor_points(self, monitor: str) -> tuple[MonitorPoint, ...]:
        """The stored reports of a monitor, oldest first."""
        return tuple(
            (drift.time, stored)
            for drift in self.results.drifts
            for stored in drift.report.monitors
            if stored.name == monitor
        )

    @property
    def monitors(self) -> tuple[str, ...]:
        """The monitors that have a stored report, those declared first."""
        stored = [m.name for drift in self.results.drifts for m in drift.report.monitors]
        names = [name for name in self.declared.monitors if name in stored]
        return tuple(dict.fromkeys((*names, *stored)))

    @property
    def final_targets(self) -> tuple[TargetStatus, ...]:
        """The targets that no other follows: what customers get."""
        followed = set(self.declared.follows.values())
        return tuple(target for target in self.targets if target.name not in followed)
