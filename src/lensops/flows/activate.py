"""Activate: name another version as active by replacing one scalar of the manifest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lensops.errors import Invalid, Refused, UserError
from lensops.files import Snapshot, write_atomic
from lensops.manifest import check, read_yaml
from lensops.manifest.edit import set_text
from lensops.manifest.load import load
from lensops.manifest.locate import ProjectRef, find_manifest, folder_of
from lensops.manifest.names import family_keys, family_names
from lensops.manifest.select import select_prompt
from lensops.prompts import PromptFiles, load_prompt, locate_declared, version_files

if TYPE_CHECKING:
    from lensops.git import Repository


@dataclass(frozen=True, slots=True)
class Activated:
    """What the manifest named and names now; `commit` is None when nothing was committed."""

    prompt: str
    old: str
    new: str
    manifest: str
    commit: str | None = None

    @property
    def is_change(self) -> bool:
        return self.old != self.new


def activate(
    ref: ProjectRef,
    version: str,
    *,
    prompt: str | None = None,
    commit: bool = False,
) -> Activated:
    """Edit the manifest, and commit it alone when asked.

    Raises `Invalid` when the version or the edited manifest has problems, `Refused` when a commit
    would take along other edits of the manifest, or name a version that it does not hold.
    """
    path = find_manifest(ref)
    data = path.read_bytes()
    name, active = find_active(data, path.name, prompt)
    tree, located = Snapshot(folder_of(path)), locate_declared(read_yaml(data, path.name), name)
    load_prompt(tree, located, version)
    edit = Activated(name, active, version, path.name)
    if not edit.is_change:
        return edit
    edited = set_active(data, path.name, name, version)
    if not commit:
        write_atomic(path, edited)
        return edit
    from lensops.git import open_repository

    message = f"{name}: activate {version}\n\nIt replaces {active}."
    with open_repository(path.parent) as repository:
        if repository.head() is not None:
            check_unedited(repository, path, data)
        check_committed(repository, tree, located, version)
        return replace(edit, commit=commit_manifest(repository, path, edited, message))


def set_active(data: bytes, manifest: str, prompt: str, version: str) -> bytes:
    """The manifest with another active version.

    Problems that it has already stay; raises `Invalid` when the edit brings one.
    """
    edited = set_text(data, manifest, (*family_keys(prompt), "active"), version)
    _, old = check(read_yaml(data, manifest))
    _, problems = check(read_yaml(edited, manifest))
    present = {problem.message for problem in old}
    if added := tuple(problem for problem in problems if problem.message not in present):
        raise Invalid(added)
    return edited


def commit_manifest(repository: Repository, path: Path, edited: bytes, message: str) -> str:
    """Write the manifest and commit it alone; when git refuses, the file is as it was."""
    original = path.read_bytes()
    write_atomic(path, edited)
    try:
        return repository.commit_paths([repository.relative(path)], message)
    except UserError as error:
        write_atomic(path, original)
        error.hint = (
            error.hint or f"{path.name} is as it was; solve that, or edit it without a commit"
        )
        raise


def check_unedited(repository: Repository, path: Path, data: bytes) -> None:
    """Raise `Refused` when the manifest is not as in `HEAD`, by its bytes."""
    from lensops.git.comparison import is_as_committed

    if not is_as_committed(repository, repository.relative(path), data):
        hint = f"commit them, or undo them with `git checkout -- {path.name}`"
        raise Refused(f"{path.name} has edits that are not committed; nothing was changed", hint)


def check_committed(
    repository: Repository, tree: Snapshot, files: PromptFiles, version: str
) -> None:
    """Raise `Refused` when a commit of the manifest would name a version that it has no file of."""
    from lensops.flows.provenance import compare_files

    head = repository.head()
    digests = {path: tree.digest(path) for path in version_files(tree, files)[version]}
    missing = tuple(digests)
    if head is not None:
        missing = compare_files(repository, head, tree, digests).absent
    if missing:
        hint = f"commit {'it' if len(missing) == 1 else 'them'} first"
        raise Refused(f"not committed: {', '.join(missing)}; nothing was changed", hint)


def find_active(data: bytes, path: str, prompt: str | None) -> tuple[str, str]:
    """The prompt and its active version, also of a manifest that has problems elsewhere."""
    node = read_yaml(data, path)
    name = select_prompt(family_names(node), prompt)
    active = node.get(*family_keys(name), "active")
    if active is None or not isinstance(active.value, str):
        load(data, path)  # raises what is wrong
        raise UserError(f"{path} names no active version of {name}", "add the key `active:`")
    return name, active.value
