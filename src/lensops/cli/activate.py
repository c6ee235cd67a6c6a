"""`lensops activate`: name another version as active, in the manifest's one scalar."""

from __future__ import annotations

from typing import Annotated

import typer

from lensops.cli.options import HERE, DirectoryOption, ManifestOption, PromptOption


def activate(
    version: Annotated[str, typer.Argument(help="The version to activate, such as v2.")],
    prompt: PromptOption = None,
    commit: Annotated[bool, typer.Option("--commit", help="Commit the manifest as well.")] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
) -> int:
    """Edit the manifest so that a version is active; nothing is live before `lensops apply`.

    Example: lensops activate v2 --prompt offer_copy
    """
    raise NotImplementedError
