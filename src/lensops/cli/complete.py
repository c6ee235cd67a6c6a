"""Completion in shells: names of prompts and versions; silent where there is no project."""

from __future__ import annotations

from pathlib import Path

import typer


def prompts(context: typer.Context, incomplete: str) -> list[str]:
    """The prompts of the manifest that begin so."""
    return [name for name in _active(context) if name.startswith(incomplete)]


def versions(context: typer.Context, incomplete: str) -> list[str]:
    """The versions of the prompt named by --prompt, or of all."""
    from lensops.manifest.locate import find_manifest, folder_of
    from lensops.prompts import version_files

    wanted = context.params.get("prompt")
    names = [wanted] if wanted else list(_active(context))
    if not names:
        return []
    tree = folder_of(find_manifest(*_place(context)))
    found = dict.fromkeys(v for name in names for v in version_files(tree, name))
    return [version for version in found if version.startswith(incomplete)]


def _active(context: typer.Context) -> list[str]:
    from lensops.errors import UserError
    from lensops.manifest import read_yaml
    from lensops.manifest.locate import find_manifest

    try:
        path = find_manifest(*_place(context))
        declared = read_yaml(path.read_bytes(), path.name).get("prompts")
    except (UserError, OSError):
        return []
    return [str(key.value) for key, _ in declared.value] if declared and declared.value else []


def _place(context: typer.Context) -> tuple[Path, Path | None]:
    manifest = context.params.get("manifest")
    return Path(context.params.get("directory") or "."), Path(manifest) if manifest else None
