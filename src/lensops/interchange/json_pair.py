"""`active.json` and `history.json` beside versions of a prompt: files stay, history is kept."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from lensops.errors import Location, UserError
from lensops.interchange.bundle import Activation, Bundle
from lensops.interchange.source import Source
from lensops.interchange.templates import slug
from lensops.manifest import Node

ACTIVE, HISTORY = "active.json", "history.json"
_VERSION = re.compile(r"(?P<stem>.*?)(?P<gap>[_.-]?)(?P<version>v?\d+(?:\.\d+)*)(?P<ending>\.\w+)")
KEYS = ("version", "active", "active_version", "current")


def accepts(source: Source) -> bool:
    """Whether a folder, or one of the two files in it, is named."""
    folder = source if source.is_folder else source.beside(".")
    return ACTIVE in folder.tree.names(folder.path if folder.path != "." else "")


def convert(source: Source, name: str | None = None) -> Bundle:
    """Versions stay where they are, under `path:`; what the files say becomes `active` and history.

    Raises `UserError` when there is no version of a prompt beside them.
    """
    bundle = Bundle()
    folder = source if source.is_folder else source.beside(".")
    stem, pattern, versions = _versions(folder)
    prompt = name or slug(stem)
    active_file = folder.beside(ACTIVE)
    active, location = active_version(active_file.node()), Location(active_file.path, 1)
    if active not in versions:
        hint = f"versions: {', '.join(versions)}"
        raise UserError(f"{active_file.path} names version {active!r}, which has no file", hint)
    for version, path in versions.items():
        bundle.take("prompt", version, Location(path), path)
    bundle.prompts[prompt] = {"path": pattern, "active": active}
    bundle.take("active", str(active), location, f"prompts.{prompt}.active")
    if HISTORY in folder.tree.names(folder.path):
        _activations(bundle, folder.beside(HISTORY), prompt, versions)
    return bundle


def active_version(node: Node) -> str | None:
    """The version that an `active.json` names."""
    value = node.plain()
    if isinstance(value, dict):
        candidates = [value[key] for key in KEYS if key in value]
        value = candidates[0] if candidates else next(iter(value.values()), None)
    if isinstance(value, dict):  # {"system": {"version": "v2"}}
        value = value.get("version")
    return str(value) if isinstance(value, str | int) else None


def _versions(folder: Source) -> tuple[str, str, dict[str, str]]:
    """Name, pattern and files by version of the family with the most versions in the folder."""
    families: dict[tuple[str, str, str], dict[str, str]] = {}
    for file in folder.tree.names(folder.path):
        match = _VERSION.fullmatch(file)
        if match and match["stem"] and match["ending"] != ".py":
            key = (match["stem"], match["gap"], match["ending"])
            path = (PurePosixPath(folder.path) / file).as_posix()
            families.setdefault(key, {})[match["version"]] = path
    if not families:
        hint = "such as system_v1.yaml and system_v2.yaml"
        raise UserError(f"there is no version of a prompt beside {folder.path}/{ACTIVE}", hint)
    stem, gap, ending = max(families, key=lambda key: len(families[key]))
    pattern = (PurePosixPath(folder.path) / f"{stem}{gap}{{version}}{ending}").as_posix()
    return stem, pattern, families[stem, gap, ending]


def _activations(bundle: Bundle, source: Source, prompt: str, versions: dict[str, str]) -> None:
    node = source.node()
    entries = node if node.kind == "sequence" else node.get("history") or node.get("entries")
    for item in entries.value if entries is not None and entries.kind == "sequence" else ():
        body: dict[str, Any] = item.plain() if item.kind == "mapping" else {}
        version, when = str(body.get("version", "")), body.get("activated_at")
        try:
            time = datetime.fromisoformat(str(when))
        except ValueError:
            reason = f"activated_at is {when!r}, which is no ISO time"
            bundle.refuse("activation", version, item.location, reason)
            continue
        if version not in versions:
            bundle.refuse("activation", version, item.location, "the version has no file")
            continue
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        author = next((body[key] for key in ("activated_by", "author", "by") if key in body), None)
        bundle.activations.append(
            Activation(prompt, version, time, str(author) if author else None)
        )
        bundle.take("activation", version, item.location, f"{time:%Y-%m-%d %H:%M}, with --history")
    bundle.activations.sort(key=lambda activation: activation.time)
