"""Where a release comes from: the commit that holds it, what differs from it, who is at work."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lensops.flows.project import Opened
from lensops.prompts import locate_prompt, version_files

if TYPE_CHECKING:
    from lensops.files import Snapshot
    from lensops.git import Repository
    from lensops.git.comparison import CommitComparison

_GIT_ACTORS = ("GIT_COMMITTER_NAME", "GIT_AUTHOR_NAME")
_CI_ACTORS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_REQUESTEDFOR")
_MAX_BYTES = 1 << 40  # what was read once is read again


@dataclass(frozen=True, slots=True)
class Provenance:
    """The commit that a release, and the evidence for it, are taken from.

    `commit` is None outside a repository and before its first commit; `changed` are the files, of
    those that were read, that the commit does not hold as they were read.
    """

    actor: str
    in_repository: bool = False
    commit: str | None = None
    changed: tuple[str, ...] = ()

    @property
    def is_committed(self) -> bool:
        """Whether the commit holds exactly what would be applied."""
        return self.commit is not None and not self.changed


def find_provenance(project: Opened) -> Provenance:
    """What git knows of the files that were read of a project so far.

    The manifest and the active prompts must be in the commit. What evidence is bound to besides
    (cases, recordings, schemas, data) must be as committed, unless git ignores it or it lies
    outside the repository: then its digest in the evidence stands for it.
    """
    repository = project.repository
    if repository is None:
        return Provenance(_first_set(_GIT_ACTORS) or _first_set(_CI_ACTORS) or getpass.getuser())
    actor = _actor(repository)
    commit = repository.head()
    changed = tuple(_changed_files(project, repository, commit)) if commit else ()
    return Provenance(actor, True, commit, changed)


def _actor(repository: Repository) -> str:
    """The name that a record claims: git's, as environment and settings give it.

    Where neither does, the host's name of who started the job says more than the login there.
    """
    settings = _first_set(_GIT_ACTORS) or repository.git.line_or_none("config", "user.name")
    return settings or _first_set(_CI_ACTORS) or repository.identity()


def _first_set(names: Iterable[str]) -> str | None:
    return next((os.environ[name] for name in names if os.environ.get(name)), None)


def _changed_files(project: Opened, repository: Repository, commit: str) -> Iterator[str]:
    from lensops.git.comparison import ignored_paths, location_in

    tree = project.tree
    served = set(_served_files(project))
    drafts = set(_other_versions(project)) - served
    digests = {path: digest for path, digest in tree.used.items() if path not in drafts}
    compared = compare_files(repository, commit, tree, digests)
    yield from compared.changed
    places = {path: location_in(repository, tree.path(path)) for path in compared.absent}
    ignored = ignored_paths(repository, (place for place in places.values() if place))
    for path, place in places.items():
        if path in served or (place is not None and place not in ignored):
            yield path


def compare_files(
    repository: Repository, commit: str, tree: Snapshot, digests: Mapping[str, str]
) -> CommitComparison:
    """What was read of a project, by the SHA-256 (hex) of its files, held against a commit."""
    from lensops.git.comparison import compare_with_commit, location_in

    return compare_with_commit(
        repository,
        repository.tree(commit, location_in(repository, tree.root) or ""),
        digests,
        lambda path: tree.read(path, _MAX_BYTES),
        lambda path: location_in(repository, tree.path(path)),
    )


def _other_versions(project: Opened) -> Iterator[str]:
    """The files of versions that are not active: they are neither release nor evidence."""
    for name in project.manifest.families:
        for files in version_files(project.tree, locate_prompt(project.manifest, name)).values():
            yield from files


def _served_files(project: Opened) -> Iterator[str]:
    """The manifest and the files of the active versions, relative to the manifest's folder."""
    yield project.path.name
    for name, prompt in project.desired.prompts.items():
        files = locate_prompt(project.manifest, name)
        yield from version_files(project.tree, files)[prompt.version]
    yield from (fragment.path for fragment in project.fragments.values())
