"""Paths in a manifest: relative to it, with forward slashes, never out of the repository."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_ABOVE = r"\A(?:\.\./)+"
_DRIVE = r"[A-Za-z]:"


def inside(value: str) -> str:
    """The path as it is. Raises `ValueError` when its words alone lead out of the repository.

    A link that leads out is found when the path is opened (`files.Folder`).
    """
    path = PurePosixPath(value)
    if path.is_absolute() or re.match(_DRIVE, value) or value.startswith("~"):
        raise ValueError(f"{value!r} must be a path relative to the manifest")
    if ".." in path.parts:
        raise ValueError(f"{value!r} leaves the repository by '..'")
    if "\\" in value or "\0" in value:
        raise ValueError(f"{value!r} must be written with forward slashes")
    return value


def with_version(value: str) -> str:
    """A path with `{version}` in one of its parts; `../` at its beginning leads above the manifest.

    Raises `ValueError`.
    """
    parts = inside(re.sub(_ABOVE, "", value)).split("/")
    if sum(part.count("{version}") for part in parts) != 1 or value.count("{") != 1:
        raise ValueError("must have {version} once, such as app/prompts/system_{version}.yaml")
    if any(part in {"", "."} for part in parts):
        raise ValueError("must be written without './' and '//'")
    return value


def is_version_path(value: str) -> bool:
    """Whether a path can be that of versions."""
    try:
        with_version(value)
    except ValueError:
        return False
    return True
