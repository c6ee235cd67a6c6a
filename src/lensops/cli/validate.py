"""`lensops validate`: every problem of manifest, prompts, cases and paths."""

from __future__ import annotations

from lensops.cli.options import (
    HERE,
    DirectoryOption,
    Format,
    FormatOption,
    ManifestOption,
    OutputOption,
)
from lensops.errors import Exit
from lensops.manifest.locate import ProjectRef


def validate(
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Report every problem of the manifest, the prompts, the cases and the paths.

    On GitHub Actions they become annotations.

    Example: lensops validate
    """
    from lensops.cli.ci_reports import CiReports, problem_findings
    from lensops.cli.output import Report, emit
    from lensops.flows.validate import validate as checked
    from lensops.report.validate import data, document

    ref = ProjectRef(directory, manifest)
    validation = checked(ref)
    emit(Report("validate", document(validation), data(validation)), form, output)
    CiReports(ref).annotate(problem_findings(validation.problems))
    return Exit.USAGE if validation.problems else Exit.DONE
