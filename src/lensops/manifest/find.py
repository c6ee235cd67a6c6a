"""Find the manifest of a project: in the folder, or in one above it inside the repository."""

from __future__ import annotations

from pathlib import Path

from lensops.errors import UserError

NAMES = ("lensops.yaml", "llmops.yaml")


def find(folder: Path) -> Path:
    """The manifest that a command run in `folder` means.

    Raises `UserError` when there is none, or both names in one folder.
    """
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder", "check the path after -C")
    for place in (folder, *folder.resolve().parents):
        present = [name for name in NAMES if (place / name).is_file()]
        if len(present) > 1:
            message = f"both {NAMES[0]} and {NAMES[1]} are present"
            raise UserError(message, "keep one of them, or say which with --manifest")
        if present:
            return place / present[0]
        if (place / ".git").exists():
            break
    raise UserError(
        f"no {NAMES[0]} (or {NAMES[1]}) here or above", "run `lensops init` to begin a project"
    )
