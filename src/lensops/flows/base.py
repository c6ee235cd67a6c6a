"""The base of a branch: the project as it was at the merge base, for plan, evals and gate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lensops.errors import Invalid
from lensops.evidence import Base
from lensops.files import Snapshot
from lensops.flows.project import Opened, Project, project_at


@dataclass(frozen=True, slots=True)
class BaseSnapshot:
    """The project at the merge base; `missing` says why there is none.

    `is_unsound`: there is a manifest, and it cannot be read.
    """

    base: Base
    tree: Snapshot
    project: Project | None
    missing: str = ""
    is_unsound: bool = False


@contextmanager
def open_base(project: Opened, ref: str) -> Iterator[BaseSnapshot]:
    """The project at the merge base with `ref`, readable as long as the context is open.

    Raises `UserError` outside a repository, for an unknown ref, and where a shallow clone holds no
    merge base.
    """
    from lensops.git import NoRepository

    repository = project.repository
    if repository is None:
        raise NoRepository
    commit = repository.merge_base(ref)
    folder, _, name = repository.relative(project.path).rpartition("/")
    yield _read_base(Base(ref, commit), Snapshot(repository.tree(commit, folder)), name)


def _read_base(base: Base, tree: Snapshot, name: str) -> BaseSnapshot:
    try:
        project = project_at(tree, name)
    except Invalid as error:
        first = str(error).splitlines()[0]
        missing = f"the manifest at the base is not sound, nothing to compare with: {first}"
        return BaseSnapshot(base, tree, None, missing, is_unsound=True)
    if project is None:
        missing = "there is no manifest at the base, nothing to compare with"
        return BaseSnapshot(base, tree, None, missing)
    return BaseSnapshot(base, tree, project)
