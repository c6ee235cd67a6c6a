"""Rename a prompt: its key, its folder and its evals, so that history and recordings go on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lensops.errors import Invalid, UserError
from lensops.files import write_atomic
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
    moved = _folders(tree.path(f"prompts/{old}"), tree.path(f"prompts/{new}"))
    uses_path = node.get("prompts", old, "path") is not None
    evals = _evals(data, path.name, old)
    edited = _edit_manifest(data, path.name, old, new, evals)
    if moved and not uses_path:
        moved[1].parent.mkdir(parents=True, exist_ok=True)
        moved[0].rename(moved[1])
    write_atomic(path, edited)
    folders = None if uses_path or not moved else (f"prompts/{old}", f"prompts/{new}")
    return Renamed(path.name, folders, tuple(evals))


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


def _folders(old: Path, new: Path) -> tuple[Path, Path] | None:
    if not old.is_dir():
        return None
    if new.exists():
        raise UserError(f"there is a folder {new.name} already", "move it away first")
    return old, new


def _require_committed(path: Path, data: bytes) -> None:
    """The edit must be one of its own, so that history sees the renaming and nothing else."""
    from lensops.git import NoRepository, open_repository

    try:
        with open_repository(path.parent) as repository:
            if repository.head() is not None:
                check_unedited(repository, path, data)
    except NoRepository:
        return
