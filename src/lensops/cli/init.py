"""`lensops init`: a working project in an empty or existing folder."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lensops.flows.found_prompts import Findings


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="The folder of the project.")
    ] = Path(),
    github: Annotated[
        bool, typer.Option("--github", help="Also write the workflow for GitHub Actions.")
    ] = False,
    gitlab: Annotated[
        bool, typer.Option("--gitlab", help="Also write the pipeline for GitLab.")
    ] = False,
    sample: Annotated[
        bool, typer.Option("--sample", help="Write the sample, whatever prompts there are.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Declare the prompts that are found without asking.")
    ] = False,
) -> int:
    """Start a project. Nothing is overwritten.

    Where the folder has prompts, in any form, the manifest declares them; it is shown first. An
    empty folder gets a sample: manifest, prompts, cases with recordings, data.

    Example: lensops init
    """
    from lensops.cli.output import print_line
    from lensops.flows.init import init as write_files
    from lensops.flows.init import is_checkout, requirement
    from lensops.manifest import NAMES

    is_new = not any((folder / name).exists() for name in NAMES)
    findings = None if sample or not is_new else _find(folder, yes=yes)
    files = write_files(folder, github=github, gitlab=gitlab, findings=findings)
    lines = [f"created {name}" for name in files.written]
    lines += [f"kept    {name}" for name in files.existing]
    steps = "lensops validate, lensops plan, lensops apply"
    steps = steps if findings else steps.replace("plan,", "plan, lensops gate,")
    install = f"install it elsewhere: uv tool install '{requirement()}'"
    if is_checkout():
        install += ", once that is released; this one is from a checkout"
    lines += ["", f"next: {steps}", install]
    for text in lines:
        print_line(text)
    return 0


def _find(folder: Path, *, yes: bool) -> Findings | None:
    """The prompts in the folder, shown with their manifest; None when there are none.

    Raises `UserError` when nobody is there to answer, and `Refused` when the answer is no.
    """
    from lensops.cli.output import write
    from lensops.errors import Refused, UserError
    from lensops.flows.found_prompts import find_prompts, manifest_text
    from lensops.render.escape import visible

    findings = find_prompts(folder)
    if not findings.prompts and findings.importable:
        problem = f"{findings.importable[0]} holds prompts; nothing was written"
        hint = f"{_import_command(findings.importable[0])}, or add --sample"
        raise UserError(problem, hint)
    if not findings.prompts:
        return None
    lines = []
    for prompt in findings.prompts:
        files = ", ".join(prompt.versions.values())
        copied = f", which becomes {prompt.copied_to}" if prompt.copied_to else ""
        lines.append(f"found {prompt.name}: {files}{copied}")
    lines += [f"not read: {reason}" for _, reason in findings.refused]
    lines += [f"cases and checks, too: {_import_command(path)}" for path in findings.importable]
    text = "\n".join([*lines, "", manifest_text(folder, findings.prompts)])
    write(visible(text) + "\n", sys.stderr)
    if yes:
        return findings
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        problem = "there are prompts, and no terminal to ask on; nothing was written"
        raise UserError(problem, "add --yes to declare them, or --sample for the sample project")
    if not typer.confirm("Write this manifest?", err=True):
        raise Refused("nothing was written: you answered no")
    return findings


def _import_command(path: str) -> str:
    """What imports a file; of two JSON files, the folder, with their history."""
    folder, _, name = path.rpartition("/")
    if name == "history.json":
        return f"lensops import {shlex.quote(folder or '.')} --history"
    return f"lensops import {shlex.quote(path)}"
