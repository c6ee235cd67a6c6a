"""`lensops import`: prompts, cases and checks of another tool, in lensops' own files."""

from __future__ import annotations

from enum import StrEnum
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


class Kind(StrEnum):
    """The tools whose files can be imported."""

    PROMPTFOO = "promptfoo"
    PROMPTFOO_RESULTS = "promptfoo-results"
    PROMPT_YML = "prompt.yml"
    LANGFUSE = "langfuse"
    JSON_PAIR = "json-pair"


def import_(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="The file or folder to import.")],
    kind: Annotated[
        Kind | None, typer.Option("--from", help="The tool. Default: what the source looks like.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="The prompt's name in the manifest.")
    ] = None,
    history: Annotated[
        bool,
        typer.Option("--history", help="Commit each activation on a branch of its own."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")
    ] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Import a promptfoo configuration, a .prompt.yml, a Langfuse export, or active.json.

    Writes prompts, cases, checks and entries of the manifest; nothing is overwritten, and a second
    run changes nothing. The report names what could not be imported, and why.

    Example: lensops import promptfooconfig.yaml --dry-run
    """
    from lensops.cli.output import Report, emit, say
    from lensops.flows.import_history import commit_history
    from lensops.flows.importing import prepare_import, write_import
    from lensops.report.imported import data, document, with_diff

    prepared = prepare_import(ProjectRef(directory, manifest), source, kind=kind, name=name)
    report = document(prepared, written=not (dry_run or history))
    if dry_run:
        report = with_diff(report, prepared)
    elif history:
        branch = commit_history(prepared)
        hint = f"next: review branch {branch}, then `git merge --ff-only {branch}`"
    else:
        write_import(prepared)
        hint = "next: lensops validate, lensops gate"
        if prepared.bundle.activations:
            hint = "next: commit; --history would commit the activations on a branch for review"
    emit(Report("import", report, data(prepared, written=not (dry_run or history))), form, output)
    if not dry_run:
        say(hint)
    return 0
