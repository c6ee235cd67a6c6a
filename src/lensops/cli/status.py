"""`lensops status`: the state of each target, and of each prompt at it."""

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


def status(
    name: TargetArgument = None,
    target: TargetOption = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 10 when a target is not synced.")
    ] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Show the state of each target: synced, pending, drifted, conflict or missing.

    Example: lensops status --exit-code
    """
    from lensops.cli.output import Report, emit
    from lensops.errors import Exit
    from lensops.flows.status import target_statuses
    from lensops.plan import State
    from lensops.report.status import data, document

    targets = target_statuses(
        ProjectRef(directory, manifest), targets=(*(name or ()), *(target or ()))
    )
    emit(Report("status", document(targets), data(targets)), form, output)
    states = {status.state for status in targets}
    if State.UNKNOWN in states:
        return Exit.REMOTE
    return Exit.CHANGES if exit_code and states != {State.SYNCED} else Exit.DONE
