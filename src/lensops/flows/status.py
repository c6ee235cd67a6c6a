"""Status: how each target stands, and each prompt at it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from lensops.errors import RemoteFailed
from lensops.flows.project import Opened, open_project
from lensops.flows.rules import open_hotfix
from lensops.flows.targets import observe_target, select_targets, target_of
from lensops.manifest.locate import ProjectRef
from lensops.plan import State, TargetStatus, prompt_states, release_state
from lensops.release import Entry, Record

if TYPE_CHECKING:
    from lensops.targets import Observed, Target


def target_statuses(ref: ProjectRef, *, targets: Collection[str] = ()) -> tuple[TargetStatus, ...]:
    """The status of every target; one that cannot be reached is `unknown`, with the reason."""
    return statuses(open_project(ref), targets)


def statuses(project: Opened, targets: Collection[str] = ()) -> tuple[TargetStatus, ...]:
    """The same of a project that is open already."""
    names = select_targets(project.manifest, targets)
    return tuple(_status(project, target_of(project, name)) for name in names)


def releases(project: Opened) -> dict[str, tuple[Record, ...]]:
    """The log of every target that can be reached, newest first."""
    logs = {}
    for name in select_targets(project.manifest):
        try:
            records = target_of(project, name).log().records
        except RemoteFailed:
            continue
        logs[name] = tuple(reversed(records))
    return logs


def _status(project: Opened, target: Target) -> TargetStatus:
    try:
        return _status_of(project, target, observe_target(project, target).observed)
    except RemoteFailed as error:
        return TargetStatus(target.name, target.where, State.UNKNOWN, problems=(error.message,))


def _status_of(project: Opened, target: Target, observed: Observed) -> TargetStatus:
    """The state; a record that nothing vouches for does not count as applied."""
    record, desired = observed.record, project.desired
    log = target.log()
    applied = record
    doubts: tuple[str, ...] = ()
    if observed.digest != desired.digest:  # else all is as it should be, whoever wrote it
        from lensops.flows.vouch import Witness

        entry, doubts = Witness(project, target).newest(log.entries)
        applied = entry.record if entry else None
    release = applied.release if applied else None
    state = release_state(desired.digest, release, observed.digest, intact=observed.intact)
    return TargetStatus(
        target.name,
        target.where,
        state,
        Entry(record, observed.statement) if record else None,
        prompt_states(desired, applied, observed.release),
        tuple(dict.fromkeys((*observed.notes, *observed.problems, *doubts, *log.problems))),
        open_hotfix(project, target.name, log.entries),
    )
