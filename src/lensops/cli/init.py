"""`lensops init`: a working project in an empty or existing folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="The folder of the project.")
    ] = Path(),
    github: Annotated[
        bool, typer.Option("--github", help="Also write the workflow for GitHub Actions.")
    ] = False,
    gitlab: Annotated[
        bool, typer.Option("--gitlab", help="Also write the pipeline for GitLab.")
    ] = False,
) -> int:
    """Start a project: manifest, prompts, cases with recordings, data. Nothing is overwritten.

    Example: lensops init
    """
    from lensops.cli.output import print_line
    from lensops.flows.init import init as write_starter

    files = write_starter(folder, github=github, gitlab=gitlab)
    lines = [f"created {name}" for name in files.written]
    lines += [f"kept    {name}" for name in files.existing]
    lines += ["", "next: lensops validate, lensops plan, lensops gate, lensops apply"]
    for text in lines:
        print_line(text)
    return 0
