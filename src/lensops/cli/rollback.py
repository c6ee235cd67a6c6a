"""`lensops rollback`: a commit that restores the version that was active before."""

from __future__ import annotations

from typing import Annotated

import typer

from lensops.cli.activate import told
from lensops.cli.complete import prompts, versions
from lensops.cli.options import HERE, DirectoryOption, ManifestOption


def rollback(
    prompt: Annotated[
        str | None,
        typer.Option("--prompt", help="Of this prompt.", autocompletion=prompts),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", help="Go back to this version.", autocompletion=versions),
    ] = None,
    commit: Annotated[
        bool, typer.Option("--commit/--no-commit", help="Commit the manifest, or edit it only.")
    ] = True,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
) -> int:
    """Restore the version before the active one, in a commit like one of `git revert`.

    Only the manifest changes. Versions that were rolled back from are not gone back to: use
    `activate` or --to for those.

    Example: lensops rollback --prompt offer_copy
    """
    from lensops.flows.rollback import rollback as back

    told(back(directory, manifest, prompt=prompt, to=to, commit=commit))
    return 0
