"""`lensops gate`: whether the work tree may merge, as one verdict."""

from __future__ import annotations

import os
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
)
from lensops.manifest.locate import ProjectRef


def gate(
    base: Annotated[
        str | None,
        typer.Option(
            "--base", help="Compare with the merge base of HEAD and this ref, such as main."
        ),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", help="Write the verdict to this file, for an apply."),
    ] = None,
    statement: Annotated[
        bool,
        typer.Option("--statement", help="Write the evidence as an in-toto Statement."),
    ] = False,
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Write the findings to this file as JUnit XML.")
    ] = None,
    sarif: Annotated[
        Path | None, typer.Option("--sarif", help="Write the findings to this file as SARIF.")
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Call no model: a missing recording is an error.")
    ] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Join validate, evals and drift into one verdict: 0 pass, 1 fail, 3 inconclusive.

    With --base it also tests for a regression, and shows what the branch loosens. On GitHub Actions
    findings become annotations.

    Example: lensops gate --base main --evidence evidence.json
    """
    from lensops.cli.ci_reports import CiReports
    from lensops.cli.output import Report, emit, exit_of
    from lensops.cli.progress import Progress
    from lensops.evals.protocols import Mode
    from lensops.evidence.file import write_evidence
    from lensops.flows.gate import gate as decide
    from lensops.flows.protected import workflow_run
    from lensops.flows.results import save_result
    from lensops.forge.event import take_token
    from lensops.report.drift import data as drift_data
    from lensops.report.eval import data as eval_data
    from lensops.report.verdict import data, document

    ref = ProjectRef(directory, manifest)
    reports = CiReports(ref)
    mode = Mode.REPLAY if replay else Mode.ASK
    with reports.watching():
        run = workflow_run(os.environ, take_token(os.environ))
        project, result = decide(ref, base=base, run=run, mode=mode, watch=Progress())
    if result.evals is not None:
        save_result(project, "eval", eval_data(result.evals))
    if result.drift is not None:
        save_result(project, "drift", drift_data(result.drift))
    if evidence is not None:
        write_evidence(evidence, result.verdict, as_statement=statement)
    reports.write(result.verdict.findings, junit, sarif)
    emit(Report("verdict", document(result), data(result)), form, output)
    reports.annotate(result.verdict.findings)
    return exit_of(result.verdict.outcome)
