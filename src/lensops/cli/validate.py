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


def validate(
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
    form: FormatOption = Format.TEXT,
    output: OutputOption = None,
) -> int:
    """Say every problem of the manifest, the prompts, the cases and the paths.

    Example: lensops validate
    """
    from lensops.flows.project import open_project

    open_project(directory, manifest)
    return 0
