"""Choose what a branch is compared with: a base that is named, else that of a workflow's event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lensops.errors import UserError
from lensops.evidence import Base
from lensops.flows.base import BaseSnapshot, read_base
from lensops.flows.project import Opened
from lensops.flows.provenance import find_provenance
from lensops.flows.targets import target_of
from lensops.forge.event import Event
from lensops.manifest import NAMES

if TYPE_CHECKING:
    from lensops.git import Repository

BRANCH = "refs/heads/"
_FETCH = "check out with `fetch-depth: 0`"


@dataclass(frozen=True, slots=True)
class MissingBase:
    """Why there is no base where there must be one: the gate is inconclusive."""

    reason: str


def choose_base(
    project: Opened, ref: str | None, event: Event | None = None
) -> BaseSnapshot | MissingBase | None:
    """The project at the base; None where there is nothing to compare with.

    Raises `UserError` outside a repository, for an unknown ref, and where a shallow clone holds no
    merge base.
    """
    from lensops.git import NoRepository

    repository = project.repository
    if ref is None and event is None:
        return None
    if repository is None:
        raise NoRepository
    base: Base | MissingBase | None = None
    if ref is not None:
        base = Base(ref, repository.merge_base(ref))
    elif event is not None:
        base = _event_base(project, event)
    return read_base(project, repository, base) if isinstance(base, Base) else base


def is_gated_commit(project: Opened, base: Base) -> bool:
    """Whether a base is the very commit that is judged: then it is none."""
    repository = project.repository
    if repository is None or repository.head() != base.commit:
        return False
    return find_provenance(project).is_committed


def _event_base(project: Opened, event: Event) -> Base | MissingBase | None:
    """The commit to compare with; None where the event asks for none.

    A pull request and an entry of a merge queue have the base that they are to be merged into. A
    push to the tracked branch has the commit that the last targets serve, else where the branch was
    before; a push to another branch has the merge base with the tracked one.
    """
    repository = project.repository
    if repository is None:
        return None
    if event.is_pull_request:
        return _pull_request_base(repository, event)
    if event.name == "merge_group":
        return _known_base(repository, event.base, "the base of the merge queue")
    if event.name == "push" and event.ref.startswith(BRANCH):
        return _push_base(project, repository, event)
    return None


def _pull_request_base(repository: Repository, event: Event) -> Base | MissingBase:
    """The first parent of the host's test merge; else the merge base with the event's base.

    The test merge may be newer than the event, whose base is then a commit of long ago.
    """
    head = repository.head()
    if head is None or event.head is None or event.base is None:
        return MissingBase("the event of this workflow names no base and head")
    name = "the base of the pull request"
    parents = repository.parents(head)
    if len(parents) == 2 and parents[1] == event.head:  # a merge
        return Base(name, parents[0])
    base = _known_base(repository, event.base, name)
    if isinstance(base, MissingBase):
        return base
    if not _contains(repository, head, event.head):
        return MissingBase("the commit that is checked out is not the pull request's")
    return Base(name, repository.merge_base(event.base))


def _push_base(project: Opened, repository: Repository, event: Event) -> Base | MissingBase | None:
    tracked = repository.branches.tracked_branch(project.manifest.branch)
    if tracked.local not in ("HEAD", event.ref):
        name = tracked.local.removeprefix(BRANCH)
        return Base(f"the merge base with {name}", repository.merge_base(tracked.ref))
    candidates = tuple(_served_commits(project, repository)) or (
        (event.previous,) if event.previous else ()
    )
    if not candidates:
        if _is_first(project, repository):
            return None
        return MissingBase("no target says what it serves, and the push names no earlier commit")
    name = "what is served" if candidates != (event.previous,) else "the branch before this push"
    oldest = candidates[0]
    for candidate in candidates[1:]:
        oldest = candidate if _contains(repository, oldest, candidate) else oldest
    return _known_base(repository, oldest, name)


def _served_commits(project: Opened, repository: Repository) -> Iterator[str]:
    """The commits that the targets serve which no other target follows.

    One that holds the commit that is gated says nothing of it: this is a run of long ago.
    """
    head, places = repository.head(), project.manifest.places
    followed = {settings.after for settings in places.values()}
    for name in places:
        if name in followed:
            continue
        try:
            observed = target_of(project, name).observe()
        except UserError:
            continue
        commit = observed.record.commit if observed.record and observed.is_settled else None
        if not commit or not head or repository.objects.commit(commit) is None:
            continue
        if not _contains(repository, commit, head):
            yield commit


def _known_base(repository: Repository, commit: str | None, name: str) -> Base | MissingBase:
    if commit is None:
        return MissingBase("the event of this workflow names no base")
    if repository.objects.commit(commit) is None:
        return MissingBase(f"{name}, {commit[:10]}, is not in this clone: {_FETCH}")
    return Base(name, commit)


def _contains(repository: Repository, commit: str, other: str) -> bool:
    """Whether `other` is the commit or comes before it."""
    is_here = repository.objects.commit(other) is not None
    return is_here and repository.is_ancestor(other, commit)


def _is_first(project: Opened, repository: Repository) -> bool:
    """Whether the commit that is checked out is the first one with a manifest."""
    return not has_earlier_release(project, repository)


def has_earlier_release(project: Opened, repository: Repository, commit: str | None = None) -> bool:
    """Whether there was a manifest before a commit, by default the one that is checked out.

    Looked for on the line of the commit, and on the tracked branch where that does not hold it.
    Where a clone was cut this cannot be known, and counts as yes.
    """
    head, path = commit or repository.head(), repository.relative(project.path)
    if head is None:
        return False
    if repository.shallow:
        return True
    folder = path.rpartition("/")[0]
    paths = {path, *(f"{folder}/{name}".lstrip("/") for name in NAMES)}
    tracked = repository.line(project.manifest.branch)
    lines = (head,) if repository.is_ancestor(head, tracked) else (head, tracked)
    touching = ("rev-list", "--first-parent", "--max-count=2")
    return any(
        older != head
        for line in lines
        for older in repository.git.line(*touching, line, "--", *sorted(paths)).split()
    )
