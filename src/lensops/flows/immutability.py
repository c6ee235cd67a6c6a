"""Released means frozen: find released versions whose content was changed, against git history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lensops.errors import Invalid
from lensops.files import Tree
from lensops.manifest import Manifest
from lensops.prompts import load_prompt, version_files

if TYPE_CHECKING:
    from lensops.git import Repository

_NO_REPOSITORY = "not in a git repository: whether released versions were changed is not known"
_CUT = "history is cut (shallow clone): earlier releases were not checked; use `fetch-depth: 0`"


@dataclass(frozen=True, slots=True)
class MutatedVersion:
    """A version that was active at `commit` and has another content now."""

    prompt: str
    version: str
    path: str
    commit: str

    @property
    def message(self) -> str:
        """What is wrong, for a person."""
        return (
            f"released version changed in place: {self.prompt} {self.version} "
            f"was activated by commit {self.commit[:10]} with another content"
        )


@dataclass(frozen=True, slots=True)
class ImmutabilityReport:
    """What was changed in place; `unknown` says what could not be checked, and why."""

    mutated: tuple[MutatedVersion, ...]
    unknown: str | None = None


def check_immutability(
    repository: Repository | None, path: Path, manifest: Manifest, tree: Tree
) -> ImmutabilityReport:
    """Look for released versions that were edited in `tree`, the files around the manifest."""
    from lensops.history import released_versions

    if repository is None:
        return ImmutabilityReport((), _NO_REPOSITORY)
    branch = repository.tracked_branch(manifest.branch)
    released = released_versions(repository, repository.relative(path), branch)
    mutated = tuple(_mutated_versions(tree, manifest, released.first))
    return ImmutabilityReport(mutated, None if released.cut_at is None else _CUT)


def _mutated_versions(
    tree: Tree, manifest: Manifest, released: Mapping[tuple[str, str], tuple[str, str]]
) -> Iterator[MutatedVersion]:
    for (prompt, version), (digest, commit) in released.items():
        files = version_files(tree, prompt).get(version, []) if prompt in manifest.prompts else []
        if len(files) != 1:
            continue
        try:
            current = load_prompt(tree, prompt, version).digest
        except Invalid:
            continue  # validate has its own words for it
        if current != digest:
            yield MutatedVersion(prompt, version, files[0], commit)
