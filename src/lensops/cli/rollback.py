"""`lensops rollback`: a commit that restores the previous active version."""

from __future__ import annotations

from typing import Annotated

import typer

from lensops.cli.activate import print_edit
from lensops.cli.options import HERE, DirectoryOption, ManifestOption, prompts, versions
from lensops.manifest.locate import ProjectRef


def rollback(
    prompt: Annotated[
        str | None,
        typer.Option("--prompt", help="The prompt.", autocompletion=prompts),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", help="Go back to this version.", autocompletion=versions),
    ] = None,
    commit: Annotated[
        bool, typer.Option("--commit/--no-commit", help="Commit the manifest, or only edit it.")
    ] = True,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
) -> int:
    """Restore the previous active version, in a commit like that of `git revert`.

    Only the manifest changes. Versions that were rolled back are skipped: use --to or
    `activate` for those.

    Example: lensops rollback --prompt offer_copy
    """
    from lensops.flows.rollback import rollback as edit_manifest

    print_edit(edit_manifest(ProjectRef(directory, manifest), prompt=prompt, to=to, commit=commit))
    return 0
