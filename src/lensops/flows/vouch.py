"""Whether records can be what they claim: the commit that a record names asks for its release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lensops.errors import UserError
from lensops.flows.candidate import is_asked_for, project_at_commit
from lensops.flows.memory import recall
from lensops.flows.project import Opened, Project
from lensops.format import short_commit
from lensops.git.ancestry import has_commit
from lensops.release import Entry, Record
from lensops.targets import Target

if TYPE_CHECKING:
    from lensops.git import Repository

LOOKED_BACK = 20  # records, at most, in search of one that holds


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why nothing vouches for an entry. `is_refuted`: the commit that it names says otherwise."""

    message: str
    is_refuted: bool = False


@dataclass(frozen=True)
class Witness:
    """Holds the records of a target against git.

    Whoever can write to a target can write a record in any name. What cannot be made up is that a
    commit of the repository asks for the release, and that it has what was served before.
    """

    project: Opened
    target: Target
    _projects: dict[str, Project] = field(default_factory=dict)  # by commit

    def newest(self, entries: Sequence[Entry]) -> tuple[Entry | None, tuple[str, ...]]:
        """The newest entry that holds, and what is wrong with those after it."""
        problems: list[str] = []
        for index in range(len(entries) - 1, max(-1, len(entries) - 1 - LOOKED_BACK), -1):
            doubt = self.doubt(entries[index], entries[index - 1] if index else None)
            if doubt is None:
                return entries[index], tuple(problems)
            problems.append(doubt.message)
        return None, tuple(problems)

    def doubt(self, entry: Entry, previous: Entry | None) -> Doubt | None:
        """Why nothing vouches for an entry; None when git does, or there is no repository."""
        name = f"record {entry.record.sequence}"
        try:
            repository = self.project.repository
        except UserError as error:
            return Doubt(f"git cannot be asked about {name}: {error.message}")
        if repository is None:
            return None
        if entry.record.commit is None:
            return self._doubt_uncommitted(entry.record)
        return self._doubt_commit(entry, entry.record.commit) or _doubt_order(
            repository, entry, previous
        )

    def _doubt_uncommitted(self, record: Record) -> Doubt | None:
        written = recall(self.project, self.target.name).written
        if not self.target.needs_commit and record.digest in written:
            return None
        problem = "names no commit, and this clone did not write it: nothing vouches for it"
        return Doubt(f"record {record.sequence} {problem}", is_refuted=self.target.needs_commit)

    def _doubt_commit(self, entry: Entry, commit: str) -> Doubt | None:
        name, short = f"record {entry.record.sequence}", short_commit(commit)
        try:
            earlier = self._project_at(commit)
        except UserError as error:
            return Doubt(f"{name} names commit {short}, but {error.message}")
        if not self._is_made_of(entry.record, earlier):
            return Doubt(f"{name} was not made of commit {short}, which it names", is_refuted=True)
        settings = earlier.manifest.places.get(self.target.name)
        if settings and settings.require_gate and entry.statement.evidence is None:
            problem = f"{name} names no evidence, which its own manifest requires"
            return Doubt(problem, is_refuted=True)
        return None

    def _is_made_of(self, record: Record, earlier: Project) -> bool:
        """Whether a commit asks for the release of a record."""
        if earlier.desired.digest == record.release:
            return True
        try:
            return is_asked_for(self.target.release(record.release), earlier.desired)
        except UserError:
            return False

    def _project_at(self, commit: str) -> Project:
        if commit not in self._projects:
            self._projects[commit] = project_at_commit(self.project, commit)
        return self._projects[commit]


def _doubt_order(repository: Repository, entry: Entry, previous: Entry | None) -> Doubt | None:
    """A record that goes back to an older commit, which an apply refuses without an override."""
    commit, earlier = entry.record.commit, previous.record.commit if previous else None
    if commit is None or earlier is None or commit == earlier or entry.statement.override:
        return None
    if not has_commit(repository, earlier) or not repository.is_ancestor(commit, earlier):
        return None
    number, commits = entry.record.sequence, (short_commit(commit), short_commit(earlier))
    problem = f"goes back from commit {commits[1]} to the older {commits[0]} without an override"
    return Doubt(f"record {number} {problem}, which an apply refuses")
