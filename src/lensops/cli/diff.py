"""`lensops diff`: section by section, the changed words marked."""

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
    prompts,
    versions,
)
from lensops.manifest.locate import ProjectRef


def diff(
    old: Annotated[
        str | None,
        typer.Argument(
            metavar="[A]", help="A version, a revision, or v2@main.", autocompletion=versions
        ),
    ] = None,
    new: Annotated[
        str | None,
        typer.Argument(metavar="[B]", help="The same; default: the work tree's active version."),
    ] = None,
    prompt: Annotated[
        str | None,
        typer.Option("--prompt", help="The prompt.", autocompletion=prompts),
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", help="Compare with what this target serves.")
    ] = None,
    side_by_side: Annotated[
        bool,
        typer.Option(
            "--side-by-side", "-y", help="Show two columns, on terminals of 100 columns or more."
        ),
    ] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Compare versions of a prompt, revisions, or what a target serves with the manifest.

    Without A: the first target against the manifest. Where a version and a branch have the same
    name, it is read as the version.

    Example: lensops diff v1 v2 --prompt offer_copy
    """
    from lensops.cli.output import Report, emit
    from lensops.flows.diff import diff as compare
    from lensops.report.difference import data, document

    differences = compare(
        ProjectRef(directory, manifest), old=old, new=new, prompt=prompt, target=target
    )
    report = Report("diff", document(differences), data(differences), sides=side_by_side)
    emit(report, form, output)
    return 0
