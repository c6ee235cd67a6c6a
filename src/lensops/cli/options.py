"""The options that commands share, and the project they point at."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


ManifestOption = Annotated[
    Path | None, typer.Option("--manifest", help="The manifest, when it is not found by itself.")
]
DirectoryOption = Annotated[
    Path, typer.Option("-C", "--directory", help="Run as if started in this folder.")
]
FormatOption = Annotated[Format, typer.Option("--format", help="How the report is written.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", help="Write the report into this file as well.")
]
PromptOption = Annotated[str | None, typer.Option("--prompt", help="Only this prompt.")]
HERE = Path()
