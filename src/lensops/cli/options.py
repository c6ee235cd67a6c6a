"""The options that commands share, and the completion of their values in shells."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lensops.errors import UserError

if TYPE_CHECKING:
    from lensops.manifest.locate import ProjectRef
    from lensops.prompts import PromptFiles


def prompts(context: typer.Context, incomplete: str) -> list[str]:
    """The prompts of the manifest that begin so."""
    return [files.name for files in _prompts(context) if files.name.startswith(incomplete)]


def versions(context: typer.Context, incomplete: str) -> list[str]:
    """The versions of the prompt named by --prompt, or of all."""
    from lensops.manifest.locate import find_manifest, folder_of
    from lensops.prompts import version_files

    prompt = context.params.get("prompt")
    prompts = [files for files in _prompts(context) if prompt in (None, files.name)]
    if not prompts:
        return []
    tree = folder_of(find_manifest(_ref(context)))
    names = dict.fromkeys(version for files in prompts for version in version_files(tree, files))
    return [version for version in names if version.startswith(incomplete)]


def _prompts(context: typer.Context) -> list[PromptFiles]:
    from lensops.errors import UserError
    from lensops.manifest import read_yaml
    from lensops.manifest.locate import find_manifest
    from lensops.prompts import declared_prompts

    try:
        path = find_manifest(_ref(context))
        node = read_yaml(path.read_bytes(), path.name)
    except (UserError, OSError):
        return []
    return [prompt.files for prompt in declared_prompts(node) if prompt.is_sound]


def _ref(context: typer.Context) -> ProjectRef:
    from lensops.manifest.locate import ProjectRef

    manifest = context.params.get("manifest")
    directory = Path(context.params.get("directory") or ".")
    return ProjectRef(directory, Path(manifest) if manifest else None)


class Format(StrEnum):
    """The format of a report."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def _enter(folder: Path) -> Path:
    """Change into the folder, so that every path on the command line is relative to it."""
    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder", "check the path after -C")
    os.chdir(folder)
    return Path()


ManifestOption = Annotated[
    Path | None,
    typer.Option(
        "--manifest",
        help="Path of the manifest. Default: llmops.yaml or lensops.yaml here or above.",
    ),
]
DirectoryOption = Annotated[
    Path,
    typer.Option("-C", "--directory", callback=_enter, help="Run as if started in this folder."),
]
FormatOption = Annotated[Format, typer.Option("--format", help="Output format.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", help="Also write the report to this file.")
]
PromptOption = Annotated[
    str | None, typer.Option("--prompt", help="Only this prompt.", autocompletion=prompts)
]
PromptArgument = Annotated[
    str | None,
    typer.Argument(metavar="[PROMPT]", help="Only this prompt.", autocompletion=prompts),
]
TargetArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[TARGET]...", help="Only these targets.")
]
TargetOption = Annotated[
    list[str] | None, typer.Option("--target", help="Only this target; can be repeated.")
]
HERE = Path()


def one_prompt(argument: str | None, option: str | None) -> str | None:
    """The prompt that is named, in either way. Raises `UserError` when two are."""
    if argument is not None and option is not None and argument != option:
        raise UserError(f"two prompts are named: {argument} and {option}", "name one of them")
    return option if argument is None else argument
