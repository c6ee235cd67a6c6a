"""The base of a branch: the project as it was at the merge base, for plan, evals and gate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lensops.errors import Invalid
from lensops.evidence import Base
from lensops.files import Snapshot
from lensops.flows.project import Opened, Project, project_at
from lensops.manifest import Manifest

if TYPE_CHECKING:
    from lensops.git import Repository


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

    @property
    def manifest(self) -> Manifest | None:
        """The policy at the base."""
        return self.project.manifest if self.project else None


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
    yield read_base(project, repository, Base(ref, repository.merge_base(ref)))


def read_base(project: Opened, repository: Repository, base: Base) -> BaseSnapshot:
    """The project as it was at the commit of a base; the base then knows its release."""
    folder, _, name = repository.relative(project.path).rpartition("/")
    return _parse_base(base, Snapshot(repository.tree(base.commit, folder)), name)


def _parse_base(base: Base, tree: Snapshot, name: str) -> BaseSnapshot:
    try:
        project = project_at(tree, name)
    except Invalid as error:
        first = str(error).splitlines()[0]
        missing = f"the manifest at the base is not sound, nothing to compare with: {first}"
        return BaseSnapshot(base, tree, None, missing, is_unsound=True)
    if project is None:
        missing = "there is no manifest at the base, nothing to compare with"
        return BaseSnapshot(base, tree, None, missing)
    base = replace(base, release=project.desired.digest)
    return BaseSnapshot(base, tree, project)
