"""`lensops apply`: make targets serve what the manifest says, or what another target serves."""

from __future__ import annotations

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
    TargetOption,
)
from lensops.manifest.locate import ProjectRef

if TYPE_CHECKING:
    from lensops.flows.apply import Ready
    from lensops.targets import Receipt

PlanDigestOption = Annotated[
    str | None,
    typer.Option("--plan-digest", help="Apply only the plan with this digest."),
]
EvidenceOption = Annotated[
    Path | None, typer.Option("--evidence", help="The file that `lensops gate` wrote.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Apply without asking.")]
DirtyOption = Annotated[
    bool, typer.Option("--allow-dirty", help="Allow uncommitted files at directory targets.")
]
ForceOption = Annotated[
    bool,
    typer.Option("--force", help="Allow removing many prompts, or replacing another project."),
]
OverrideOption = Annotated[
    str | None, typer.Option("--override", help="Go past one rule: after, or ancestor.")
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", help="Why, for the log; needed by --override.")
]
ResumeOption = Annotated[
    int | None,
    typer.Option("--resume-after", min=1, help="Number the next record after this; see the docs."),
]


def apply(
    target: TargetOption = None,
    source: Annotated[
        str | None, typer.Option("--from", help="Promote what this target serves.")
    ] = None,
    plan_digest: PlanDigestOption = None,
    evidence: EvidenceOption = None,
    yes: YesOption = False,
    allow_dirty: DirtyOption = False,
    force: ForceOption = False,
    override: OverrideOption = None,
    reason: ReasonOption = None,
    resume_after: ResumeOption = None,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Plan again, ask, write, read back. Targets are taken in the order of `after:`.

    Example: lensops apply --target staging --yes
    """
    from lensops.flows.apply import prepare
    from lensops.flows.preconditions import read_overrides

    ready = prepare(
        ProjectRef(directory, manifest),
        targets=target or (),
        plan_digest=plan_digest,
        evidence=evidence,
        overrides=read_overrides(
            dirty=allow_dirty,
            force=force,
            rule=override,
            reason=reason,
            resume_after=resume_after,
        ),
        source=source,
    )
    if ready.todo and not yes:
        _ask(ready)
    _carry_out_and_print(ready, form, output)
    return 0


def _ask(ready: Ready) -> None:
    """Show the plan and ask.

    Raises `UserError` when nobody is there to answer, and `Refused` when the answer is no.
    """
    from lensops.errors import Refused, UserError
    from lensops.render.terminal import print_document
    from lensops.report.document import Document
    from lensops.report.plan import document

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        names = ", ".join(target.name for target in ready.todo)
        problem = f"there is no terminal to ask on; nothing was written to {names}"
        raise UserError(problem, "add --yes to apply without a question")
    print_document(Document(document(ready.plan).blocks), sys.stderr)  # what is next is asked here
    names = ", ".join(target.name for target in ready.todo)
    if not typer.confirm(f"Apply to {names}?", err=True):
        raise Refused("nothing was applied: you answered no")


def _carry_out_and_print(ready: Ready, form: Format, output: Path | None) -> None:
    """Write, and print the receipts, those as well that came before an error."""
    from lensops.cli.output import Report, emit
    from lensops.flows.apply import carry_out
    from lensops.report.apply import data, document

    receipts: list[Receipt] = []
    try:
        for receipt in carry_out(ready):
            receipts.append(receipt)  # noqa: PERF402  # those before an error must be kept
    finally:
        if receipts:
            report = (receipts, ready.plan.findings)
            emit(Report("apply", document(*report), data(*report)), form, output)
