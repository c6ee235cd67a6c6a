"""`lensops list`: the versions of each prompt, the active one marked."""

from __future__ import annotations

from lensops.cli.options import (
    HERE,
    DirectoryOption,
    Format,
    FormatOption,
    ManifestOption,
    OutputOption,
    PromptOption,
)


def listing(
    prompt: PromptOption = None,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """List the versions of each prompt: active, archived or never activated, since when, by whom.

    Example: lensops list --format json
    """
    from lensops.cli.output import Report, emit
    from lensops.flows.history import listing as families
    from lensops.report.versions import data, document

    found = families(directory, manifest, prompt)
    emit(Report("list", document(found), data(found)), form, output)
    return 0
