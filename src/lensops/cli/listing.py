"""`lensops list`: the versions of each prompt, the active one marked."""

from __future__ import annotations

from lensops.cli.options import (
    HERE,
    DirectoryOption,
    Format,
    FormatOption,
    ManifestOption,
    OutputOption,
    PromptArgument,
    PromptOption,
    one_prompt,
)
from lensops.manifest.locate import ProjectRef


def listing(
    name: PromptArgument = None,
    prompt: PromptOption = None,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """List the versions of each prompt: status, when it was activated, and by whom.

    Example: lensops list offer_copy
    """
    from lensops.cli.output import Report, emit
    from lensops.flows.history import listing as families
    from lensops.report.versions import data, document

    versions = families(ProjectRef(directory, manifest), one_prompt(name, prompt))
    emit(Report("list", document(versions), data(versions)), form, output)
    return 0
