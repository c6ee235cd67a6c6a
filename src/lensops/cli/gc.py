"""`lensops gc`: objects of a target that no record names."""

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
    TargetArgument,
    TargetOption,
)
from lensops.manifest.locate import ProjectRef


def gc(
    name: TargetArgument = None,
    target: TargetOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Remove them.")] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """List the objects of a target that no record names. No record is ever removed.

    Example: lensops gc production
    """
    from lensops.cli.output import Report, emit
    from lensops.flows.verify import collect_garbage
    from lensops.report.gc import data, document

    targets = (*(name or ()), *(target or ()))
    garbage = collect_garbage(ProjectRef(directory, manifest), targets=targets, remove=yes)
    emit(Report("gc", document(garbage, removed=yes), data(garbage)), form, output)
    return 0
