"""`lensops history`: who activated what, and when, read from git."""

from __future__ import annotations

from typing import Annotated

import typer

from lensops.cli.options import (
    HERE,
    DirectoryOption,
    Format,
    FormatOption,
    ManifestOption,
    OutputOption,
    PromptArgument,
    PromptOption,
    one_prompt,
)
from lensops.manifest.locate import ProjectRef


def history(
    name: PromptArgument = None,
    prompt: PromptOption = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Also show commits that changed nothing, and why they were skipped."
        ),
    ] = False,
    ref: Annotated[
        str | None,
        typer.Option("--ref", help="The history of this revision instead of the tracked branch."),
    ] = None,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Show the activations of prompts: version, time, author, commit and pull request, from git.

    Example: lensops history offer_copy
    """
    from lensops.cli.output import Report, emit
    from lensops.flows.history import history as read_history
    from lensops.flows.history import open_hotfixes
    from lensops.report.history import data, document

    project = ProjectRef(directory, manifest)
    events = read_history(project, prompt=one_prompt(name, prompt), revision=ref)
    hotfixes = open_hotfixes(project)
    drawn = document(events, hotfixes, everything=everything)
    emit(Report("history", drawn, data(events, hotfixes)), form, output)
    return 0
