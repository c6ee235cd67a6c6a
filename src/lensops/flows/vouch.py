"""Whether records can be what they claim: the commit that a record names asks for its release."""

from __future__ import annotations

from collections.abc import Sequence

from lensops.errors import UserError
from lensops.flows.candidate import project_at_commit
from lensops.flows.memory import recall
from lensops.flows.project import Opened
from lensops.format import short_commit
from lensops.release import Entry
from lensops.targets import Target

LOOKED_BACK = 20  # records, at most, in search of one that holds


def vouched_entry(
    project: Opened, target: Target, entries: Sequence[Entry]
) -> tuple[Entry | None, tuple[str, ...]]:
    """The newest entry that holds, and what is wrong with those after it.

    Whoever can write to a target can write a record in any name. What cannot be made up is that a
    commit of the repository asks for the release.
    """
    problems: list[str] = []
    for entry in reversed(entries[-LOOKED_BACK:]):
        problem = doubt(project, target, entry)
        if problem is None:
            return entry, tuple(problems)
        problems.append(problem)
    return None, tuple(problems)


def doubt(project: Opened, target: Target, entry: Entry) -> str | None:
    """Why nothing vouches for an entry; None when something does, or there is no repository."""
    if project.repository is None:
        return None
    record = entry.record
    whose = f"record {record.sequence}"
    if record.commit is None:
        if not target.needs_commit and record.digest in recall(project, target.name).written:
            return None
        return f"{whose} names no commit, and this clone did not write it: nothing vouches for it"
    try:
        earlier = project_at_commit(project, record.commit)
    except UserError as error:
        return f"{whose} names commit {short_commit(record.commit)}, but {error.message}"
    if earlier.desired.digest != record.release:
        return f"{whose} was not made of commit {short_commit(record.commit)}, which it names"
    settings = earlier.manifest.places.get(target.name)
    if settings and settings.require_gate and entry.statement.evidence is None:
        return f"{whose} names no evidence, which its own manifest requires"
    return None
