"""`lensops verify`: the whole chain of a target, held against git."""

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


def verify(
    name: TargetArgument = None,
    target: TargetOption = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Forget what this clone has seen of the log before.")
    ] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Check every record and release of a target, and each record against its commit.

    Exits with 1 when something was altered, with 3 when something could not be checked.

    Example: lensops verify production
    """
    from lensops.cli.output import Report, emit, exit_of
    from lensops.flows.verify import outcome_of
    from lensops.flows.verify import verify as verify_targets
    from lensops.report.verify import data, document

    targets = (*(name or ()), *(target or ()))
    verified = verify_targets(ProjectRef(directory, manifest), targets=targets, accept=accept)
    outcome = outcome_of(verified)
    emit(Report("verify", document(verified), data(verified, outcome)), form, output)
    return exit_of(outcome)
