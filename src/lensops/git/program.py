"""Which git is run: the user's, from a folder that no project has a say in."""

from __future__ import annotations

import os
import shutil
from functools import lru_cache
from pathlib import Path

from lensops.errors import UserError


def trusted_path(project: Path) -> str:
    """`PATH` without relative entries and without folders of the project, where git runs."""
    return _filter_path(os.environ.get("PATH", os.defpath), project)


def git_program(project: Path) -> str:
    """The git to run for a project. Raises `UserError` where there is none."""
    program = _find(trusted_path(project))
    if program is None:
        raise UserError("git is not installed", "install git 2.31 or later, then try again")
    return program


@lru_cache(maxsize=32)
def _filter_path(path: str, project: Path) -> str:
    entries = [entry for entry in path.split(os.pathsep) if Path(entry).is_absolute()]
    root = project.resolve()
    return os.pathsep.join(e for e in entries if not Path(e).resolve().is_relative_to(root))


@lru_cache(maxsize=32)
def _find(path: str) -> str | None:
    return shutil.which("git", path=path)
