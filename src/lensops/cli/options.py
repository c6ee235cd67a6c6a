"""The options that commands share."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lensops.cli.complete import prompts
from lensops.errors import UserError


class Format(StrEnum):
    """The format of a report."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def _enter(folder: Path) -> Path:
    """Change into the folder, so that every path on the command line is relative to it."""
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder", "check the path after -C")
    os.chdir(folder)
    return Path()


ManifestOption = Annotated[
    Path | None,
    typer.Option(
        "--manifest",
        help="Path of the manifest. Default: llmops.yaml or lensops.yaml here or above.",
    ),
]
DirectoryOption = Annotated[
    Path,
    typer.Option("-C", "--directory", callback=_enter, help="Run as if started in this folder."),
]
FormatOption = Annotated[Format, typer.Option("--format", help="Output format.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", help="Also write the report to this file.")
]
PromptOption = Annotated[
    str | None, typer.Option("--prompt", help="Only this prompt.", autocompletion=prompts)
]
PromptArgument = Annotated[
    str | None,
    typer.Argument(metavar="[PROMPT]", help="Only this prompt.", autocompletion=prompts),
]
TargetArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[TARGET]...", help="Only these targets.")
]
TargetOption = Annotated[
    list[str] | None, typer.Option("--target", help="Only this target; can be repeated.")
]
HERE = Path()


def one_prompt(argument: str | None, option: str | None) -> str | None:
    """The prompt that is named, in either way. Raises `UserError` when two are."""
    if argument is not None and option is not None and argument != option:
        raise UserError(f"two prompts are named: {argument} and {option}", "name one of them")
    return option if argument is None else argument
