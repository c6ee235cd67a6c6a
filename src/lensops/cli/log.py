"""`lensops log`: what targets served, when, by whom; what they served at a time."""

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


def log(
    name: TargetArgument = None,
    target: TargetOption = None,
    time: Annotated[
        str | None,
        typer.Option("--at", help="Show what was served at this time (ISO 8601; UTC by default)."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every record.")] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Show what targets served, when, by whom and under which evidence.

    Actor, time and commit of a record are what its writer claimed.

    Example: lensops log --at 2026-10-13T12:00Z
    """
    from lensops.cli.output import Report, emit
    from lensops.flows.log import served_at, target_logs
    from lensops.report.log import data, data_at, document, document_at

    ref = ProjectRef(directory, manifest)
    targets = (*(name or ()), *(target or ()))
    if time is not None:
        served = served_at(ref, time, targets=targets)
        report = Report("log", document_at(served), data_at(served))
    else:
        logs = target_logs(ref, targets=targets)
        report = Report("log", document(logs, everything=everything), data(logs))
    emit(report, form, output)
    return 0
