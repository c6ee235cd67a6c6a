"""`lensops activate`: make another version active, by editing one scalar of the manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lensops.cli.options import HERE, DirectoryOption, ManifestOption, one_prompt, prompts, versions
from lensops.errors import UserError
from lensops.manifest.locate import ProjectRef

if TYPE_CHECKING:
    from lensops.flows.activate import Activated

MOST_NAMES = 2


def activate(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="[PROMPT] VERSION",
            help="The prompt, where there are several, and the version, such as v2.",
            autocompletion=versions,
        ),
    ],
    prompt: Annotated[
        str | None,
        typer.Option("--prompt", help="The prompt.", autocompletion=prompts),
    ] = None,
    commit: Annotated[bool, typer.Option("--commit", help="Also commit the manifest.")] = False,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
) -> int:
    """Make a version active by editing the manifest; `lensops apply` makes it live.

    With two names the first is the prompt.

    Example: lensops activate offer_copy v2
    """
    from lensops.flows.activate import activate as edit_manifest

    if len(names) > MOST_NAMES:
        raise UserError(f"{len(names)} names are given", "name a prompt and a version")
    *first, version = names
    prompt = one_prompt(first[0] if first else None, prompt)
    print_edit(
        edit_manifest(ProjectRef(directory, manifest), version, prompt=prompt, commit=commit)
    )
    return 0


def print_edit(edit: Activated) -> None:
    """Print what was edited, and what to do next."""
    from lensops.cli.output import print_line, say

    name = edit.prompt
    if not edit.is_change:
        print_line(f"{name} {edit.new} is active already; nothing was changed")
        return
    print_line(f"{edit.manifest}: {name} {edit.old} → {edit.new}")
    if edit.commit is not None:
        print_line(f"committed {edit.commit[:10]}")
        say("next: `lensops plan` shows what an apply would change")
    else:
        say(f"next: `lensops plan`, then commit {edit.manifest} in a pull request")
