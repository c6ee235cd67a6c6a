"""Locate a project: its manifest, the tree of files around it, where it lies in its repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from lensops.errors import UserError
from lensops.files import Folder

NAMES = ("lensops.yaml", "llmops.yaml")


class ProjectRef(NamedTuple):
    """The project that a command means: where it runs, and the manifest that it names, if any.

    The path of the manifest is relative to the folder.
    """

    directory: Path
    manifest: Path | None = None


def find_manifest(ref: ProjectRef) -> Path:
    """The manifest of a project: the named one, or the nearest in its folder and above.

    Raises `UserError` when there is none, when it is a link or may not be read, and for both names
    in one folder.
    """
    path = _nearest(ref.directory) if ref.manifest is None else ref.directory / ref.manifest
    if path.is_symlink():
        hint = "name the file itself with --manifest: git records the link, not what it points to"
        raise UserError(f"{path.name} is a link", hint)
    if not path.is_file():
        raise UserError(f"there is no manifest {ref.manifest}", "check the path after --manifest")
    if not os.access(path, os.R_OK):
        raise UserError(f"cannot read {path.name}: permission denied", "check its rights")
    return path


def folder_of(path: Path) -> Folder:
    """The tree around a manifest: its folder, bounded by the repository that it lies in."""
    root = path.parent.resolve()
    boundary = next((p for p in (root, *root.parents) if (p / ".git").exists()), root)
    return Folder(root, boundary)


def prefix_of(folder: Path) -> str:
    """Where a folder lies in its repository, as git names it; empty at the root."""
    tree = folder_of(folder / NAMES[0])
    inside = tree.root.relative_to(tree.boundary).as_posix()
    return "" if inside == "." else inside


def _nearest(directory: Path) -> Path:
    """The manifest in a folder, or in one above it inside the repository."""
    if not directory.is_dir():
        raise UserError(f"{directory} is not a folder", "check the path after -C")
    for folder in (directory, *directory.resolve().parents):
        present = [folder / name for name in NAMES if _is_file_or_link(folder / name)]
        if len(present) > 1:
            message = f"both {NAMES[0]} and {NAMES[1]} are present"
            raise UserError(message, "keep one of them, or choose one with --manifest")
        if present:
            return present[0]
        if (folder / ".git").exists():
            break
    raise UserError(
        f"no {NAMES[0]} (or {NAMES[1]}) here or above", "run `lensops init` to begin a project"
    )


def _is_file_or_link(path: Path) -> bool:
    return path.is_symlink() or path.is_file()
