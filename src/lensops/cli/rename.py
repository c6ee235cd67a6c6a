"""`lensops rename prompt`: another name, with history, recordings and comparisons going on."""

from __future__ import annotations

from typing import Annotated

import typer

from lensops.cli.options import HERE, DirectoryOption, ManifestOption, prompts
from lensops.manifest.locate import ProjectRef

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def rename() -> None:
    """Rename a part of the project.

    Example: lensops rename prompt offer_copy offer
    """


@app.command("prompt")
def prompt(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The name.", autocompletion=prompts)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new name.")],
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
) -> int:
    """Rename a prompt in the manifest and move its folder; commit both in one commit.

    `renamed_from:` makes its history go on. Evals keep their names, cases and recordings.

    Example: lensops rename prompt offer_copy offer
    """
    from lensops.cli.output import print_line, say
    from lensops.flows.rename import rename_prompt

    renamed = rename_prompt(ProjectRef(directory, manifest), old, new)
    print_line(f"{renamed.manifest}: {old} → {new}")
    if renamed.moved:
        print_line(f"moved {renamed.moved[0]} to {renamed.moved[1]}")
    for suite in renamed.evals:
        print_line(f"eval {suite} exercises {new}")
    say("next: lensops validate, then commit it all in one commit")
    return 0
