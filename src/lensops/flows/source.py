"""The commit that a work tree stands for, what differs from it, and who is at work."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass

from lensops.errors import UserError
from lensops.flows.project import Opened
from lensops.prompts import version_files

_CI_ACTORS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_REQUESTEDFOR")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a release comes from.

    `commit` is None outside a repository and before its first commit; `changed` are the files of
    the release that differ from the commit.
    """

    actor: str
    in_repository: bool = False
    commit: str | None = None
    changed: tuple[str, ...] = ()

    @property
    def is_committed(self) -> bool:
        """Whether the commit holds exactly what would be applied."""
        return self.commit is not None and not self.changed


def source(project: Opened) -> Source:
    """What git says of the project's manifest and active prompts."""
    from lensops.history import open_repository  # loads GitPython

    in_ci = next((os.environ[name] for name in _CI_ACTORS if os.environ.get(name)), None)
    try:
        repository = open_repository(project.path.parent)
    except UserError:
        return Source(in_ci or getpass.getuser())
    with repository:
        actor = in_ci or repository.identity()
        files = [repository.relative(project.tree.root / name) for name in _files(project)]
        commit = repository.head()
        return Source(actor, True, commit, tuple(repository.dirty(files)))


def _files(project: Opened) -> list[str]:
    """The manifest and the files of the active versions, relative to the manifest's folder."""
    found = [project.path.name]
    for name, prompt in project.desired.prompts.items():
        found += version_files(project.tree, name)[prompt.version]
    return found
