"""Released means frozen: find released versions that were changed or deleted, by git's history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from lensops.errors import Invalid
from lensops.prompts import load_prompt, locate_prompt, version_files

if TYPE_CHECKING:
    from lensops.files import Tree
    from lensops.git import Repository
    from lensops.history import Release
    from lensops.history.released import ReleasedVersions
    from lensops.manifest import Manifest

_NO_REPOSITORY = "not in a git repository: whether released versions were changed is not known"
_CUT = "history is cut (shallow clone): earlier releases were not checked; use `fetch-depth: 0`"


class MutatedVersion(NamedTuple):
    """A version that was active at `commit` and has another content now, or no file at all.

    `path` is its file now, or the one that it should have; `deleted_from` the path in the
    repository that a deleted one has at that commit.
    """

    prompt: str
    version: str
    path: str
    commit: str
    deleted_from: str | None = None

    @property
    def message(self) -> str:
        """What is wrong, for a person."""
        name, commit = f"{self.prompt} {self.version}", self.commit[:10]
        if self.deleted_from:
            return f"released version deleted: {name} was active, commit {commit} has it"
        return (
            f"released version changed in place: {name} "
            f"was activated by commit {commit} with another content"
        )

    @property
    def fix(self) -> str:
        """What the person can do."""
        if self.deleted_from:
            return f"restore it: git show {self.commit[:10]}:{self.deleted_from} > {self.path}"
        return "add a new version instead"


class ImmutabilityReport(NamedTuple):
    """What was changed or deleted; `unknown` says what could not be checked, and why."""

    mutated: tuple[MutatedVersion, ...]
    unknown: str | None = None


def find_released(
    repository: Repository | None, path: Path, manifest: Manifest
) -> ReleasedVersions | None:
    """What was active on the tracked branch; None outside a repository."""
    from lensops.history import released_versions

    if repository is None:
        return None
    branch = repository.tracked_branch(manifest.branch)
    return released_versions(repository, repository.relative(path), branch)


def check_immutability(
    released: ReleasedVersions | None, manifest: Manifest, tree: Tree
) -> ImmutabilityReport:
    """Look for released versions that `tree`, the files around the manifest, has otherwise."""
    if released is None:
        return ImmutabilityReport((), _NO_REPOSITORY)
    mutated = (
        _mutation(tree, manifest, release, released.left_out)
        for release in _of_manifest(manifest, released.versions)
    )
    mutations = tuple(mutation for mutation in mutated if mutation is not None)
    return ImmutabilityReport(mutations, None if released.cut_at is None else _CUT)


def _of_manifest(manifest: Manifest, releases: tuple[Release, ...]) -> Iterator[Release]:
    """The releases of prompts that the manifest has, under the names that they have now."""
    former = {entry.renamed_from: name for name, entry in manifest.prompts.items()}
    for release in releases:
        if release.prompt in manifest.families:
            yield release
        elif release.prompt in former:
            yield release.with_name(former[release.prompt])


def _mutation(
    tree: Tree, manifest: Manifest, release: Release, left_out: frozenset[str]
) -> MutatedVersion | None:
    """What became of a released version; None when it is as it was."""
    name, version = release.prompt, release.version
    located = locate_prompt(manifest, name)
    files = version_files(tree, located).get(version, [])
    if not files:
        origin = release.path or ""
        if origin in left_out:
            return None
        path = located.example(version, PurePosixPath(origin).name)
        return MutatedVersion(name, version, path, release.commit, origin)
    try:
        current = load_prompt(tree, located, version).source_digest
    except Invalid:
        return None  # validate has a problem of its own for it
    if current == release.digest:
        return None
    return MutatedVersion(name, version, files[0], release.commit)
