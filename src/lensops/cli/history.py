"""`lensops history`: who activated what and when, as git tells it."""

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
    PromptOption,
)


def history(
    prompt: PromptOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All of it, with the commits that were stepped over.")
    ] = False,
    ref: Annotated[
        str | None, typer.Option("--ref", help="Of this revision, not of the tracked branch.")
    ] = None,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Show the activations of prompts: version, when, by whom, in which commit and pull request.

    Example: lensops history --prompt offer_copy
    """
    from lensops.cli.output import Report, emit
    from lensops.flows.history import history as told
    from lensops.report.history import data, document

    found = told(directory, manifest, prompt=prompt, ref=ref)
    emit(Report("history", document(found, everything=everything), data(found)), form, output)
    return 0
