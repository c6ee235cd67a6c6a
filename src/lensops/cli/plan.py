"""`lensops plan`: what would change at the targets, or against the base of a pull request."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lensops.cli.options import (
    HERE,
    DirectoryOption,
    Format,
    FormatOption,
    ManifestOption,
    OutputOption,
    TargetOption,
)
from lensops.manifest.locate import ProjectRef


def plan(
    target: TargetOption = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--base", help="Compare with the merge base of HEAD and this ref, not with targets."
        ),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", help="Check whether an apply would accept this evidence."),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="Plan to promote what this target serves.")
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 10 when there are changes.")
    ] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Show what an apply would change. Nothing is written.

    Exits with 1 when a finding forbids the apply, such as a released version changed in place.

    Example: lensops plan --base main
    """
    from lensops.cli.ci_reports import CiReports
    from lensops.cli.output import Report, emit
    from lensops.errors import Exit, UserError
    from lensops.flows.plan import plan as against_targets
    from lensops.flows.plan import plan_base
    from lensops.report.plan import data, document

    ref = ProjectRef(directory, manifest)
    if base is not None and (target or evidence or source):
        problem = "--base cannot be combined with --target, --from or --evidence"
        raise UserError(problem, "it reads no target")
    reports = CiReports(ref)
    with reports.watching():
        if base is not None:
            result = plan_base(ref, base)
        else:
            result = against_targets(ref, targets=target or (), evidence=evidence, source=source)
    emit(Report("plan", document(result), data(result)), form, output)
    reports.annotate(result.findings)
    if result.has_failure:
        return Exit.CHECK_FAILED
    return Exit.CHANGES if exit_code and not result.in_sync else Exit.DONE
