"""The merge base of a branch: the project as it was there, for plan, evals and gate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lensops.errors import Invalid
from lensops.evidence import Base
from lensops.files import Snapshot
from lensops.flows.project import Opened, Project, project_at


@dataclass(frozen=True, slots=True)
class Before:
    """The project at the merge base; `missing` says in words why there is none."""

    base: Base
    tree: Snapshot
    project: Project | None
    missing: str = ""


@contextmanager
def merge_base(project: Opened, ref: str) -> Iterator[Before]:
    """The project at the merge base with `ref`, readable as long as the context is open.

    Raises `UserError` outside a repository, for an unknown ref, and where a shallow clone holds no
    merge base.
    """
    from lensops.history import open_repository  # loads GitPython

    with open_repository(project.path.parent) as repository:
        commit = repository.merge_base(ref)
        folder, _, name = repository.relative(project.path).rpartition("/")
        yield _before(Base(ref, commit), Snapshot(repository.tree(commit, folder)), name)


def _before(base: Base, tree: Snapshot, name: str) -> Before:
    try:
        found = project_at(tree, name)
    except Invalid as error:
        first = str(error).splitlines()[0]
        words = f"the manifest at the base is not sound, nothing to compare with: {first}"
        return Before(base, tree, None, words)
    if found is None:
        return Before(base, tree, None, "there is no manifest at the base, nothing to compare with")
    return Before(base, tree, found)
