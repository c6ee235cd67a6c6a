"""Choose what a branch is compared with: a base that is named, else that of an event."""

from __future__ import annotations

from lensops.evidence import Base
from lensops.flows.base import BaseSnapshot, read_base
from lensops.flows.event_base import MissingBase, event_base
from lensops.flows.project import Opened
from lensops.flows.provenance import find_provenance
from lensops.forge.event import Event

__all__ = ["MissingBase", "choose_base", "is_gated_commit"]


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
        base = event_base(project, event)
    return read_base(project, repository, base) if isinstance(base, Base) else base


def is_gated_commit(project: Opened, base: Base) -> bool:
    """Whether a base is the very commit that is judged: then it is none."""
    repository = project.repository
    if repository is None or repository.head() != base.commit:
        return False
    return find_provenance(project).is_committed
