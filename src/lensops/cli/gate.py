"""`lensops gate`: whether the work tree may merge, in one verdict."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lensops.cli.options import (
    HERE,
    DirectoryOption,
    Format,
    FormatOption,
    ManifestOption,
    OutputOption,
)

if TYPE_CHECKING:
    from lensops.evidence import Verdict


def gate(
    base: Annotated[
        str | None,
        typer.Option("--base", help="Compare with the merge base with this ref, such as main."),
    ] = None,
    evidence: Annotated[
        Path | None, typer.Option("--evidence", help="Write the verdict here, for an apply.")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Write the findings here as JUnit XML.")
    ] = None,
    sarif: Annotated[
        Path | None, typer.Option("--sarif", help="Write the findings here as SARIF.")
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Ask nobody: what is not recorded is an error.")
    ] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Join validate, evals and drift into one verdict: 0 pass, 1 fail, 3 inconclusive.

    With --base it also tests for a regression, and says what the branch loosens. On GitHub Actions
    findings become annotations.

    Example: lensops gate --base main --evidence evidence.json
    """
    from lensops.cli.output import Report, emit
    from lensops.cli.progress import Progress
    from lensops.evidence import Outcome
    from lensops.flows.asking import Mode
    from lensops.flows.gate import gate as judged
    from lensops.flows.store import store_eval
    from lensops.report.verdict import data, document

    mode = Mode.REPLAY if replay else Mode.ASK
    gated = judged(directory, manifest, base=base, mode=mode, watch=Progress())
    if gated.evals is not None:
        store_eval(gated.project, gated.evals)
    _files(gated.verdict, evidence, junit, sarif)
    emit(Report("verdict", document(gated), data(gated)), form, output)
    _annotate(gated.verdict)
    return {Outcome.PASS: 0, Outcome.FAIL: 1}.get(gated.verdict.outcome, 3)


def _files(verdict: Verdict, evidence: Path | None, junit: Path | None, sarif: Path | None) -> None:
    from lensops import __version__
    from lensops.evidence.file import write
    from lensops.files import write_atomic

    if evidence is not None:
        write(evidence, verdict)
    if junit is not None:
        from lensops.render.junit import junit as xml

        write_atomic(junit, xml(verdict.findings))
    if sarif is not None:
        from lensops.render.sarif import sarif as text

        write_atomic(sarif, text(verdict.findings, __version__).encode())


def _annotate(verdict: Verdict) -> None:
    """On stderr, so that what is on stdout stays one report."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from lensops.render.annotations import commands

        sys.stderr.write(commands(verdict.findings))
