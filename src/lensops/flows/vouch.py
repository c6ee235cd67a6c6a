"""Whether records can be what they claim: the commit that a record names asks for its release."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lensops.errors import UserError
from lensops.flows.candidate import is_asked_for, project_at_commit
from lensops.flows.memory import recall
from lensops.flows.project import Opened, Project
from lensops.format import short_commit
from lensops.release import Entry, Record
from lensops.targets import Target

LOOKED_BACK = 20  # records, at most, in search of one that holds


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why nothing vouches for an entry. `is_refuted`: the commit that it names says otherwise."""

    message: str
    is_refuted: bool = False


def vouched_entry(
    project: Opened, target: Target, entries: Sequence[Entry]
) -> tuple[Entry | None, tuple[str, ...]]:
    """The newest entry that holds, and what is wrong with those after it.

    Whoever can write to a target can write a record in any name. What cannot be made up is that a
    commit of the repository asks for the release.
    """
    problems: list[str] = []
    for entry in reversed(entries[-LOOKED_BACK:]):
        doubt = doubt_entry(project, target, entry)
        if doubt is None:
            return entry, tuple(problems)
        problems.append(doubt.message)
    return None, tuple(problems)


def _is_made_of(target: Target, record: Record, earlier: Project) -> bool:
    """Whether a commit asks for the release of a record."""
    if earlier.desired.digest == record.release:
        return True
    try:
        return is_asked_for(target.release(record.release), earlier.desired)
    except UserError:
        return False


def doubt_entry(
    project: Opened,
    target: Target,
    entry: Entry,
    lookup: Callable[[Opened, str], Project] = project_at_commit,
) -> Doubt | None:
    """Why nothing vouches for an entry; None when something does, or there is no repository.

    `lookup` gives the project at a commit; whoever asks for many keeps them.
    """
    try:
        if project.repository is None:
            return None
    except UserError as error:
        return Doubt(f"git cannot be asked about record {entry.record.sequence}: {error.message}")
    record = entry.record
    whose = f"record {record.sequence}"
    if record.commit is None:
        if not target.needs_commit and record.digest in recall(project, target.name).written:
            return None
        message = (
            f"{whose} names no commit, and this clone did not write it: nothing vouches for it"
        )
        return Doubt(message, is_refuted=target.needs_commit)
    try:
        earlier = lookup(project, record.commit)
    except UserError as error:
        return Doubt(f"{whose} names commit {short_commit(record.commit)}, but {error.message}")
    if not _is_made_of(target, record, earlier):
        message = f"{whose} was not made of commit {short_commit(record.commit)}, which it names"
        return Doubt(message, is_refuted=True)
    settings = earlier.manifest.places.get(target.name)
    if settings and settings.require_gate and entry.statement.evidence is None:
        return Doubt(f"{whose} names no evidence, which its own manifest requires", is_refuted=True)
    return None
