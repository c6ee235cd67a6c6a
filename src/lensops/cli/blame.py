"""`lensops blame`: which releases gave the answers of a trace."""

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
    TargetArgument,
    TargetOption,
)
from lensops.manifest.locate import ProjectRef


def blame(
    trace: Annotated[Path, typer.Option("--trace", help="A file of spans in OTLP JSON.")],
    name: TargetArgument = None,
    target: TargetOption = None,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Count the answers of a trace by release, and name those that no log has served.

    Example: lensops blame --trace spans.json
    """
    from lensops.cli.output import Report, emit
    from lensops.flows.blame import blame as find_releases
    from lensops.report.blame import data, document

    targets = (*(name or ()), *(target or ()))
    blamed = find_releases(ProjectRef(directory, manifest), trace, targets=targets)
    emit(Report("blame", document(blamed), data(blamed)), form, output)
    return 0
