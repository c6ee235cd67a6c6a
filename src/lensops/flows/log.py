"""Log: what targets served, when, by whom and under which evidence; what they served at a time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from lensops.errors import UserError
from lensops.flows.project import Opened, open_project
from lensops.flows.targets import select_targets, target_of
from lensops.manifest.locate import ProjectRef
from lensops.release.timeline import Moment, Timeline, parse_time
from lensops.targets import Target
from lensops.targets.served import ServedAt, TargetLog

if TYPE_CHECKING:
    from lensops.git import Repository


def target_logs(ref: ProjectRef, *, targets: Collection[str] = ()) -> tuple[TargetLog, ...]:
    """The logs of targets. Raises `RemoteFailed` when one cannot be reached."""
    project = open_project(ref)
    names = select_targets(project.manifest, targets)
    return tuple(_target_log(project, target_of(project, name)) for name in names)


def served_at(
    ref: ProjectRef,
    time: str,
    *,
    targets: Collection[str] = (),
) -> tuple[ServedAt, ...]:
    """What targets served at a time in ISO 8601. Raises `UserError` for any other text."""
    moment = read_time(time)
    project = open_project(ref)
    names = select_targets(project.manifest, targets)
    return tuple(_served_at(project, target_of(project, name), moment) for name in names)


def read_time(text: str) -> datetime:
    """A time that a user wrote. Raises `UserError` when it is none."""
    time = parse_time(text)
    if time is None:
        problem = f"{text!r} is not a time in ISO 8601"
        raise UserError(problem, "write 2026-10-13T12:00:00Z, 2026-10-13T14:00+02:00 or 2026-10-13")
    return time


def _target_log(project: Opened, target: Target) -> TargetLog:
    log = target.log()
    commits = {entry.record.commit for entry in log.entries if entry.record.commit}
    numbers = {commit: find_pull_request(project.repository, commit) for commit in sorted(commits)}
    found_numbers = {commit: number for commit, number in numbers.items() if number is not None}
    return TargetLog(target.name, target.where, log, found_numbers)


def _served_at(project: Opened, target: Target, time: datetime) -> ServedAt:
    log = target.log()
    timeline = Timeline(log.entries)
    moment = timeline.at(time)
    if moment.entry and moment.entry is log.entries[-1] and not target.observe().is_settled:
        note = "what is served now was changed behind the log; since when is not known"
        moment = Moment(time, moment.entry, (*moment.notes, note))
    if timeline.without_time:
        names = ", ".join(str(entry.record.sequence) for entry in timeline.without_time)
        note = f"the time of record {names} cannot be read; it may have been live"
        moment = Moment(time, moment.entry, (*moment.notes, note))
    if moment.entry is None:
        return ServedAt(target.name, moment)
    record = moment.entry.record
    number = find_pull_request(project.repository, record.commit)
    try:
        return ServedAt(target.name, moment, target.release(record.release), number)
    except UserError as error:
        return ServedAt(target.name, moment, None, number, error.message)


def find_pull_request(repository: Repository | None, commit: str | None) -> int | None:
    """The number of the pull request that a commit's message names."""
    from lensops.git.ancestry import has_commit
    from lensops.history.log import pull_request

    if repository is None or commit is None or not has_commit(repository, commit):
        return None
    source = repository.objects.get(commit)
    message = source.data.partition(b"\n\n")[2] if source else b""
    return pull_request(message.decode("utf-8", "replace"))
