"""Find released versions whose content was changed in place, against git history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lensops.errors import Invalid, UserError
from lensops.files import Tree
from lensops.manifest import Manifest
from lensops.prompts import load_prompt, version_files


@dataclass(frozen=True, slots=True)
class Changed:
    """A version that was active at `commit` and has another content now."""

    prompt: str
    version: str
    path: str
    commit: str

    @property
    def message(self) -> str:
        """What is wrong, in words."""
        return (
            f"released version changed in place: {self.prompt} {self.version} "
            f"was activated by commit {self.commit[:10]} with another content"
        )


@dataclass(frozen=True, slots=True)
class Looked:
    """What was changed in place; `unknown` says in words what could not be looked at."""

    changed: tuple[Changed, ...]
    unknown: str | None = None


def released_versions(path: Path, manifest: Manifest, tree: Tree) -> Looked:
    """Look for released versions that were edited in `tree`, the files around the manifest."""
    from lensops.history import open_repository, released  # loads GitPython

    try:
        repository = open_repository(path.parent)
    except UserError:
        words = "not in a git repository: whether released versions were changed is not known"
        return Looked((), words)
    with repository:
        branch = repository.tracked_branch(manifest.branch)
        known = released(repository, repository.relative(path), branch)
        shallow = repository.is_shallow
    words = "history is cut (shallow clone): earlier releases were not looked at"
    return Looked(tuple(_changed(tree, manifest, known)), words if shallow else None)


def _changed(
    tree: Tree, manifest: Manifest, known: Mapping[tuple[str, str], tuple[str, str]]
) -> Iterator[Changed]:
    for (prompt, version), (digest, commit) in known.items():
        files = version_files(tree, prompt).get(version, []) if prompt in manifest.prompts else []
        if len(files) != 1:
            continue
        try:
            now = load_prompt(tree, prompt, version).digest
        except Invalid:
            continue  # its own problem, said elsewhere
        if now != digest:
            yield Changed(prompt, version, files[0], commit)
