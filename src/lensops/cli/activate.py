"""`lensops activate`: name another version as active, in the manifest's one scalar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lensops.cli.complete import prompts, versions
from lensops.cli.options import HERE, DirectoryOption, ManifestOption

if TYPE_CHECKING:
    from lensops.flows.activate import Activated


def activate(
    version: Annotated[
        str, typer.Argument(help="The version to activate, such as v2.", autocompletion=versions)
    ],
    prompt: Annotated[
        str | None,
        typer.Option("--prompt", help="Of this prompt.", autocompletion=prompts),
    ] = None,
    commit: Annotated[bool, typer.Option("--commit", help="Commit the manifest as well.")] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
) -> int:
    """Edit the manifest so that a version is active; nothing is live before `lensops apply`.

    Example: lensops activate v2 --prompt offer_copy
    """
    from lensops.flows.activate import activate as edit

    told(edit(directory, manifest, version, prompt=prompt, commit=commit))
    return 0


def told(done: Activated) -> None:
    """Say what was edited, and what to do next."""
    from lensops.cli.output import print_line, say

    name = done.prompt
    if not done.changed:
        print_line(f"{name} {done.after} is active already; nothing was changed")
        return
    print_line(f"{done.manifest}: {name} {done.before} → {done.after}")
    if done.commit is not None:
        print_line(f"committed {done.commit[:10]}")
        say("next: `lensops plan` shows what an apply would change")
    else:
        say(f"next: `lensops plan`, then commit {done.manifest} in a pull request")
