"""Rename a prompt: its key, its folder and its evals, so that history and recordings go on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lensops.errors import Invalid, UserError
from lensops.files import Folder, write_atomic
from lensops.flows.activate import check_unedited
from lensops.manifest import check, read_yaml
from lensops.manifest.edit import set_text
from lensops.manifest.insert import insert_key, rename_key
from lensops.manifest.locate import ProjectRef, find_manifest, folder_of
from lensops.manifest.names import check_prompt_name
from lensops.manifest.select import select_prompt


@dataclass(frozen=True, slots=True)
class Renamed:
    """What was edited and moved."""

    manifest: str
    moved: tuple[str, str] | None  # the folder of the versions, before and after
    evals: tuple[str, ...]  # those that name the prompt


def rename_prompt(ref: ProjectRef, old: str, new: str) -> Renamed:
    """Edit the manifest and move `prompts/<old>`; evals keep their names and recordings.

    Raises `UserError` when the names cannot be meant, and `Invalid` when the manifest would not
    be sound.
    """
    path = find_manifest(ref)
    data = path.read_bytes()
    node = read_yaml(data, path.name)
    entries = node.get("prompts")
    names = [str(k.value) for k, _ in entries.value] if entries and entries.value else []
    select_prompt(names, old)
    try:
        check_prompt_name(new)
    except ValueError as error:
        raise UserError(f"the name {new!r} {error}") from None
    if new in names:
        raise UserError(f"there is a prompt {new!r} already", "choose another name")
    _require_committed(path, data)
    tree = folder_of(path)
    uses_path = node.get("prompts", old, "path") is not None
    folders = None if uses_path else _folders(tree, old, new, names)
    evals = _evals(data, path.name, old)
    edited = _edit_manifest(data, path.name, old, new, evals)
    with _moved_folder(*(tree.path(folder) for folder in folders or ())):
        write_atomic(path, edited)
    return Renamed(path.name, folders, tuple(evals))


@contextmanager
def _moved_folder(*folders: Path) -> Iterator[None]:
    """Move the first folder to the second, and back where what follows fails."""
    if not folders:
        yield
        return
    old, new = folders
    try:
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise UserError(f"cannot move {old.name} to {new.name}: {reason}") from None
    try:
        yield
    except UserError:
        new.rename(old)
        raise


def _edit_manifest(data: bytes, name: str, old: str, new: str, evals: list[str]) -> bytes:
    edited = insert_key(data, name, ("prompts", old), "renamed_from", old)
    edited = rename_key(edited, name, ("prompts",), old, new)
    for suite in evals:
        if read_yaml(edited, name).get("evals", suite, "prompt") is None:
            edited = insert_key(edited, name, ("evals", suite), "prompt", new)
        else:
            edited = set_text(edited, name, ("evals", suite, "prompt"), new)
    _, problems = check(read_yaml(edited, name))
    if problems:
        raise Invalid(tuple(problems))
    return edited


def _evals(data: bytes, name: str, prompt: str) -> list[str]:
    """The evals that exercise a prompt."""
    evals = read_yaml(data, name).get("evals")
    names_of_evals = []
    for key, entry in evals.value if evals is not None and evals.kind == "mapping" else ():
        declared = entry.get("prompt")
        if (declared.value if declared is not None else key.value) == prompt:
            names_of_evals.append(str(key.value))
    return names_of_evals


def _folders(tree: Folder, old: str, new: str, names: Collection[str]) -> tuple[str, str] | None:
    """The folder that moves and where to; None where there is none."""
    here, there = f"prompts/{old}", f"prompts/{new}"
    if not tree.path(here).is_dir():
        return None
    if tree.path(there).exists():
        raise UserError(f"there is {there} already", "move it away first")
    if new.startswith(f"{old}/"):
        raise UserError(f"{there} lies in {here}, which moves", "choose a name outside of it")
    if inner := next((name for name in names if name.startswith(f"{old}/")), None):
        raise UserError(f"the prompt {inner} lies in {here}, which moves", "rename that one first")
    return here, there


def _require_committed(path: Path, data: bytes) -> None:
    """The edit must be one of its own, so that history sees the renaming and nothing else."""
    from lensops.git import NoRepository, open_repository

    try:
        with open_repository(path.parent) as repository:
            if repository.head() is not None:
                check_unedited(repository, path, data)
    except NoRepository:
        return
