"""The options that commands share, and the project they point at."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lensops.errors import UserError


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def _enter(folder: Path) -> Path:
    """Go into the folder, so that every path of the command line is meant from there."""
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder", "check the path after -C")
    os.chdir(folder)
    return Path()


ManifestOption = Annotated[
    Path | None, typer.Option("--manifest", help="The manifest, when it is not found by itself.")
]
DirectoryOption = Annotated[
    Path,
    typer.Option("-C", "--directory", callback=_enter, help="Run as if started in this folder."),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How the report is written.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", help="Write the report into this file as well.")
]
PromptOption = Annotated[str | None, typer.Option("--prompt", help="Only this prompt.")]
TargetOption = Annotated[str | None, typer.Option("--target", help="Only this target.")]
HERE = Path()
