"""`active.json` and `history.json` beside versions of prompts: files stay, history is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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
_NAMES = ("prompt", "name", "prompt_name")  # keys of a history of several prompts
_NO_PROMPTS = (".py", ".pyc")


@dataclass(slots=True)
class _Family:
    """The versions of one prompt, by `path:` of the manifest."""

    pattern: str
    versions: dict[str, str] = field(default_factory=dict)


def accepts(source: Source) -> bool:
    """Whether a folder, or one of the two files in it, is wanted."""
    folder = source if source.is_folder else source.beside(".")
    return ACTIVE in folder.tree.names(folder.path if folder.path != "." else "")


def convert(source: Source, name: str | None = None) -> Bundle:
    """Versions stay where they are, under `path:`; what the files say becomes `active` and history.

    Raises `UserError` when a version that is active has no file.
    """
    bundle = Bundle()
    folder = source if source.is_folder else source.beside(".")
    families, active_file = _families(folder), folder.beside(ACTIVE)
    node = active_file.node()
    declared = active_versions(node)
    chosen = {stem: families[stem] for stem in declared if stem in families}
    if not chosen:
        stem = _largest(families, folder)
        declared, chosen = {stem: active_version(node)}, {stem: families[stem]}
    names = {stem: slug(stem) if len(chosen) > 1 else name or slug(stem) for stem in chosen}
    for stem, family in chosen.items():
        _take_family(bundle, names[stem], family, declared[stem], active_file)
    for stem in declared.keys() - chosen.keys():
        bundle.refuse("prompt", stem, Location(active_file.path, 1), "it has no version here")
    if HISTORY in folder.tree.names(folder.path):
        _activations(bundle, folder.beside(HISTORY), {names[stem]: f for stem, f in chosen.items()})
    return bundle


def active_version(node: Node) -> str | None:
    """The version that an `active.json` of one prompt names."""
    value = node.plain()
    if isinstance(value, dict):
        candidates = [value[key] for key in KEYS if key in value]
        value = candidates[0] if candidates else next(iter(value.values()), None)
    return _version_of(value)


def active_versions(node: Node) -> dict[str, str | None]:
    """Versions by prompt, where an `active.json` has one for each name."""
    value = node.plain()
    if not isinstance(value, dict) or any(key in value for key in KEYS):
        return {}
    return {str(name): _version_of(body) for name, body in value.items()}


def _version_of(value: Any) -> str | None:
    if isinstance(value, dict):  # {"system": {"version": "v2"}}
        value = next((value[key] for key in KEYS if key in value), None)
    return str(value) if isinstance(value, str | int) else None


def _take_family(
    bundle: Bundle, prompt: str, family: _Family, active: str | None, source: Source
) -> None:
    if active not in family.versions:
        hint = f"versions: {', '.join(family.versions)}"
        raise UserError(f"{source.path} names version {active!r}, which has no file", hint)
    for version, path in family.versions.items():
        bundle.take("prompt", version, Location(path), path)
    bundle.prompts[prompt] = {"path": family.pattern, "active": active}
    bundle.take("active", active, Location(source.path, 1), f"prompts.{prompt}.active")


def _families(folder: Source) -> dict[str, _Family]:
    """Families by name: of `system_v1.yaml`, and of `system/v1.yaml` in a folder."""
    families: dict[tuple[str, str, str, str], _Family] = {}
    inside = PurePosixPath("" if folder.path == "." else folder.path)
    folders = folder.tree.folders(inside.as_posix() if inside.parts else "")
    for below in ("", *(name for name in folders if not name.startswith("."))):
        place = inside / below
        for file in folder.tree.names(place.as_posix() if place.parts else ""):
            match = _VERSION.fullmatch(file)
            if match and (match["stem"] or below) and match["ending"] not in _NO_PROMPTS:
                key = (match["stem"] or below, below, match["gap"], match["ending"])
                pattern = place / f"{match['stem']}{match['gap']}{{version}}{match['ending']}"
                family = families.setdefault(key, _Family(pattern.as_posix()))
                family.versions[match["version"]] = (place / file).as_posix()
    largest = sorted(families.items(), key=lambda item: len(item[1].versions))
    return {key[0]: family for key, family in largest}


def _largest(families: Mapping[str, _Family], folder: Source) -> str:
    """The family with the most versions."""
    if not families:
        hint = "such as system_v1.yaml and system_v2.yaml"
        raise UserError(f"there is no version of a prompt beside {folder.path}/{ACTIVE}", hint)
    return max(families, key=lambda stem: len(families[stem].versions))


def _activations(bundle: Bundle, source: Source, families: Mapping[str, _Family]) -> None:
    node = source.node()
    entries = node if node.kind == "sequence" else node.get("history") or node.get("entries")
    for item in entries.value if entries is not None and entries.kind == "sequence" else ():
        body: dict[str, Any] = item.plain() if item.kind == "mapping" else {}
        _take_activation(bundle, body, item.location, families)
    bundle.activations.sort(key=lambda activation: activation.time)


def _take_activation(
    bundle: Bundle, body: dict[str, Any], place: Location, families: Mapping[str, _Family]
) -> None:
    version, when = str(body.get("version", "")), body.get("activated_at")
    wanted = next((slug(str(body[key])) for key in _NAMES if key in body), "")
    prompt = wanted if wanted in families else next(iter(families)) if len(families) == 1 else ""
    try:
        time = datetime.fromisoformat(str(when))
    except ValueError:
        reason = f"activated_at is {when!r}, which is no ISO time"
        bundle.refuse("activation", version, place, reason)
        return
    if not prompt or version not in families[prompt].versions:
        reason = "the version has no file" if prompt else "it names no prompt of active.json"
        bundle.refuse("activation", version, place, reason)
        return
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    author = next((body[key] for key in ("activated_by", "author", "by") if key in body), None)
    bundle.activations.append(Activation(prompt, version, time, str(author) if author else None))
    bundle.take("activation", version, place, f"{time:%Y-%m-%d %H:%M}, with --history")
