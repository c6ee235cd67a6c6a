"""Where a project lies: its manifest's path, and the tree of files around it."""

from __future__ import annotations

from pathlib import Path

from lensops.errors import UserError
from lensops.files import Folder
from lensops.manifest.find import find


def find_manifest(directory: Path, manifest: Path | None) -> Path:
    """The manifest's path. Raises `UserError` when there is none."""
    if manifest is None:
        return find(directory)
    path = directory / manifest
    if not path.is_file():
        raise UserError(f"there is no manifest {manifest}", "check the path after --manifest")
    return path


def folder_of(path: Path) -> Folder:
    """The tree around a manifest: its folder, bounded by the repository that it lies in."""
    root = path.resolve().parent
    boundary = next((p for p in (root, *root.parents) if (p / ".git").exists()), root)
    return Folder(root, boundary)


def prefix_of(folder: Path) -> str:
    """Where a folder lies in its repository, as git names it; empty at the root."""
    tree = folder_of(folder / "lensops.yaml")
    inside = tree.root.relative_to(tree.boundary).as_posix()
    return "" if inside == "." else inside
