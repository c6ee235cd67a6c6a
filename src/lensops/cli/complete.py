"""Completion in shells: names of prompts and versions; none where there is no project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

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
