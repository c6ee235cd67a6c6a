"""Every version that was ever active on a line of git, with the content that it had first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lensops.git import Repository
from lensops.history.activations import walk_history


@dataclass(frozen=True, slots=True)
class Released:
    """`first`: by prompt and version, the digest that it had first, and the commit of that.

    `cut_at` is the commit where a shallow clone cuts the line: what is older is not known.
    """

    first: Mapping[tuple[str, str], tuple[str, str]]
    cut_at: str | None = None


def released_versions(repository: Repository, manifest: str, ref: str = "HEAD") -> Released:
    """The versions that were active on the first-parent line of `ref`."""
    walk = walk_history(repository, manifest, ref)
    if walk is None:
        return Released({})
    first: dict[tuple[str, str], tuple[str, str]] = {}
    for name, timeline in walk.timelines.items():
        for event in timeline.events:
            if event.version is not None and event.digest is not None:
                first.setdefault((name, event.version), (event.digest, event.commit))
    return Released(first, walk.cut)
