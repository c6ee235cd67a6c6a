"""Every version that was ever active on a line of git, with the content that it had first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lensops.history.activations import walk_history

if TYPE_CHECKING:
    from lensops.git import Repository


class Release(NamedTuple):
    """A version that was active: the digest of its content, and the commit that activated it.

    `path` is where its file is in the repository at that commit.
    """

    prompt: str
    version: str
    digest: str
    commit: str
    path: str | None = None

    def with_name(self, prompt: str) -> Release:
        """The same of a prompt that has another name now."""
        return self._replace(prompt=prompt)


class ReleasedVersions(NamedTuple):
    """`cut_at` is the commit where a shallow clone cuts the line: what is older is not known.

    `left_out` are paths that a sparse checkout leaves out of the work tree.
    """

    versions: tuple[Release, ...] = ()
    cut_at: str | None = None
    left_out: frozenset[str] = frozenset()

    def is_earlier(self, prompt: str, version: str) -> bool:
        """Whether a version was active before another became so for the first time."""
        versions = [release.version for release in self.versions if release.prompt == prompt]
        return version in versions[:-1]


def released_versions(repository: Repository, manifest: str, ref: str = "HEAD") -> ReleasedVersions:
    """The versions that were active on the first-parent line of `ref`, each as it was first."""
    walk = walk_history(repository, manifest, ref)
    if walk is None:
        return ReleasedVersions()
    first: dict[tuple[str, str], Release] = {}
    for name, timeline in walk.timelines.items():
        for event in timeline.events:
            if event.version is not None and event.digest is not None:
                release = Release(name, event.version, event.digest, event.commit, event.path)
                first.setdefault((name, event.version), release)
    return ReleasedVersions(tuple(first.values()), walk.cut, repository.sparse_paths())
