"""Follow a prompt to another name: as the manifest says, or by the content that moved with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lensops.history.timeline import Active, Timeline
    from lensops.prompts import PromptFiles


class NamedVersion(NamedTuple):
    """What a manifest says of a prompt: active version, files, and the name that it had before."""

    active: str
    files: PromptFiles
    renamed_from: str | None = None


def follow_renames(
    timelines: dict[str, Timeline],
    versions: Mapping[str, NamedVersion],
    active: Mapping[str, Active],
) -> list[tuple[str, str]]:
    """Let the timelines of prompts that a commit renamed go on; old and new names of those.

    `versions` is what the manifest says after the commit, `active` the same with digests. A name
    that was used before keeps its own timeline.
    """
    renamed = []
    for name in sorted(versions.keys() - timelines.keys()):
        old = _former_name(versions[name], active[name], timelines, versions)
        if old is not None:
            timelines[name] = timelines.pop(old)
            timelines[name].rename(name)
            renamed.append((old, name))
    return renamed


def _former_name(
    entry: NamedVersion,
    active: Active,
    timelines: Mapping[str, Timeline],
    versions: Mapping[str, NamedVersion],
) -> str | None:
    """The declared name, else the one prompt that goes while the same version of it comes."""
    gone = [old for old in timelines if old not in versions]
    if entry.renamed_from is not None:
        return entry.renamed_from if entry.renamed_from in gone else None
    same = [old for old in gone if active.digest and timelines[old].active == active]
    return same[0] if len(same) == 1 else None
