"""`lensops promote`: make a target serve exactly what another one serves."""

from __future__ import annotations

from typing import Annotated

import typer

from lensops.cli.apply import (
    DirtyOption,
    EvidenceOption,
    ForceOption,
    OverrideOption,
    PlanDigestOption,
    ReasonOption,
    ResumeOption,
    YesOption,
    apply,
)
from lensops.cli.options import (
    HERE,
    DirectoryOption,
    Format,
    FormatOption,
    ManifestOption,
    OutputOption,
)


def promote(
    source: Annotated[str, typer.Argument(help="The target whose release is taken.")],
    target: Annotated[str, typer.Argument(help="The target that shall serve it.")],
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
    """Apply the release that one target serves to another, whatever the branch is at now.

    Evidence is checked against the files of the commit that the release came from.

    Example: lensops promote staging production --yes
    """
    return apply(
        target=[target],
        source=source,
        plan_digest=plan_digest,
        evidence=evidence,
        yes=yes,
        allow_dirty=allow_dirty,
        force=force,
        override=override,
        reason=reason,
        resume_after=resume_after,
        directory=directory,
        manifest=manifest,
        form=form,
        output=output,
    )
