"""`lensops export`: a prompt and its eval in the file of another tool."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lensops.cli.options import HERE, DirectoryOption, ManifestOption, PromptOption
from lensops.manifest.locate import ProjectRef


class Tool(StrEnum):
    """The tools whose files can be written."""

    PROMPTFOO = "promptfoo"
    PROMPT_YML = "prompt.yml"


def export(
    tool: Annotated[Tool, typer.Argument(help="promptfoo, or prompt.yml for GitHub Models.")],
    prompt: PromptOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Also write it to this file.")
    ] = None,
    directory: DirectoryOption = HERE,
    manifest: ManifestOption = None,
) -> int:
    """Print a prompt with its cases and checks as a file of promptfoo or GitHub Models.

    What has no place in that file is named on stderr.

    Example: lensops export promptfoo --prompt offer_copy
    """
    from lensops.cli.output import say, write
    from lensops.files import write_atomic
    from lensops.flows.exporting import export_prompt

    exported = export_prompt(ProjectRef(directory, manifest), tool, prompt=prompt)
    if output is not None:
        write_atomic(output, exported.text.encode())
    write(exported.text)
    for name in exported.left_out:
        say(f"left out: {name}")
    return 0
