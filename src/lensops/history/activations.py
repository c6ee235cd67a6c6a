"""From commits to events: walk oldest to newest, know the active versions after each commit."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lensops.errors import Invalid, UserError
from lensops.history.events import History, Skipped, format_time
from lensops.history.files import TrackedFiles
from lensops.history.log import Commit, Location, cut_of, location_of_manifest, read_commits
from lensops.history.renames import NamedVersion, follow_renames
from lensops.history.templates import Fill, ManifestTemplates
from lensops.history.timeline import Active, Timeline
from lensops.manifest.paths import is_version_path
from lensops.manifest.yaml import MAX_BYTES
from lensops.prompts import PromptFiles, declared_families, load_prompt, version_path
from lensops.prompts.layout import FOLDER

if TYPE_CHECKING:
    from lensops.git import Repository
    from lensops.manifest import Node

_MAX_ROUNDS = 4  # of folders that are found in manifests


def read_history(
    repository: Repository, manifest: str, ref: str = "HEAD", prompt: str | None = None
) -> History:
    """What git knows of the active versions on the first-parent line of `ref`.

    `manifest` is its path in the repository now; earlier places are followed. Raises `UserError`
    for an unknown ref; a commit with a broken manifest is named in `skipped` and stepped over.
    """
    walk = walk_history(repository, manifest, ref)
    if walk is None:
        return History(complete=True, cut_at=None, events=())
    timelines = [line for name, line in walk.timelines.items() if prompt in (None, name)]
    events = [event for timeline in timelines for event in timeline.events_with_status()]
    order = {commit: number for number, commit in enumerate(walk.order)}
    events.sort(key=lambda event: (-order[event.commit], event.prompt))
    lines = {timeline.prompt: tuple(timeline.line) for timeline in timelines}
    skipped = tuple(reversed(walk.skipped))
    return History(walk.cut is None, walk.cut, tuple(events), skipped, lines)


def walk_history(repository: Repository, manifest: str, ref: str) -> Walk | None:
    """The state after every commit of the line; None before the first commit."""
    tip = repository.head() if ref == "HEAD" else repository.resolve(ref)
    if tip is None:
        return None
    cut, folders = cut_of(repository, tip), frozenset({FOLDER})
    for _ in range(_MAX_ROUNDS):
        walk = Walk(repository, cut)
        commits = list(read_commits(repository, tip, location_of_manifest(manifest), folders))
        for location, commit in reversed(commits):
            walk.step(location, commit)
        if walk.folders <= folders:
            break
        folders |= walk.folders  # commits that touched prompts elsewhere are part of the line
    return walk


@dataclass(slots=True)
class Walk:
    """The state after the commits so far."""

    repository: Repository
    cut: str | None  # the commit at which a shallow clone cuts the line
    files: TrackedFiles | None = None
    location: Location | None = None
    timelines: dict[str, Timeline] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    read: dict[tuple[PromptFiles, str], Active] = field(default_factory=dict)
    manifests: dict[str, dict[str, NamedVersion] | UserError] = field(default_factory=dict)
    templates: ManifestTemplates[dict[str, NamedVersion]] = field(
        default_factory=lambda: ManifestTemplates(_named_versions)
    )
    folders: frozenset[str] = frozenset()  # where `path:` had prompts, relative to the manifest

    def step(self, location: Location, commit: Commit) -> None:
        """Go on by one commit."""
        files = self.files
        if files is None or self.location is None or self.location.prefix != location.prefix:
            # a folder that was moved: the commit adds all of it again, but for what lies above it
            files = TrackedFiles(self.repository, location.prefix.rstrip("/"), self.files)
            self.read.clear()
        self.files, self.location = files, location
        for path, entry in commit.touched.items():
            files.touch(path, entry)
            self._forget(path, files, location)
        self.order.append(commit.id)
        versions = self._active_versions(files, location.name)
        if isinstance(versions, UserError):
            first = versions.problems[0] if isinstance(versions, Invalid) else versions
            self._skip(commit, f"broken manifest: {first}")
        elif not self._observe(versions, commit, files):
            self._skip(commit, "no effective change")
        if failure := self.repository.objects.failure:
            raise failure  # a file that cannot be fetched is no file that is broken

    def _observe(
        self, versions: Mapping[str, NamedVersion], commit: Commit, files: TrackedFiles
    ) -> bool:
        """Let the timelines know; whether there is any event."""
        active = {name: self._read_active(files, entry) for name, entry in versions.items()}
        renamed = follow_renames(self.timelines, versions, active)
        changed = False
        for name in sorted({*self.timelines, *versions}):
            timeline = self.timelines.setdefault(name, Timeline(name))
            changed |= timeline.observe(active.get(name), commit, cut=commit.id == self.cut)
        if renamed and not changed:
            names = ", ".join(f"{old} to {new}" for old, new in renamed)
            self._skip(commit, f"renamed {names}")
        return changed or bool(renamed)

    def _forget(self, path: str, files: TrackedFiles, location: Location) -> None:
        """Drop what a change of a path may change."""
        if path == location.manifest:
            return
        if files.has_links:
            self.read.clear()
            return
        inside = posixpath.relpath(path, location.prefix or ".")
        self.read = {key: read for key, read in self.read.items() if not key[0].holds(inside)}

    def _skip(self, commit: Commit, reason: str) -> None:
        when, subject = format_time(commit.time), commit.subject
        self.skipped.append(Skipped(commit.id, commit.author, when, subject, reason))

    def _active_versions(
        self, files: TrackedFiles, name: str
    ) -> dict[str, NamedVersion] | UserError:
        """The active version of each prompt in the manifest; each blob is parsed once."""
        try:
            entry = files.entry(name)
            if entry is None:
                return {}
            if entry.id not in self.manifests:
                self.manifests[entry.id] = self._read_manifest(files.read(name, MAX_BYTES), name)
            return self.manifests[entry.id]
        except FileNotFoundError:
            return {}
        except UserError as error:
            return error

    def _read_active(self, files: TrackedFiles, entry: NamedVersion) -> Active:
        """A version as it is now; without a digest while it is missing or cannot be read."""
        version = entry.active
        key = (entry.files, version)
        if key not in self.read:
            try:
                path = files.locate(version_path(files, entry.files, version))
                digest = load_prompt(files, entry.files, version).source_digest
                self.read[key] = Active(version, digest, path)
            except (UserError, FileNotFoundError):
                self.read[key] = Active(version, None)
        return self.read[key]

    def _read_manifest(self, data: bytes, name: str) -> dict[str, NamedVersion] | UserError:
        """The active version of each prompt; older forms as far as they name it."""
        try:
            versions = self.templates.select_from(data, name)
        except UserError as error:
            return error
        patterns = (entry.files for entry in versions.values() if entry.files.pattern)
        self.folders |= {files.folder for files in patterns if is_version_path(files.pattern)}
        return versions


def _named_versions(node: Node, fill: Fill) -> dict[str, NamedVersion]:
    """What a manifest's nodes say of its prompts and fragments."""
    versions: dict[str, NamedVersion] = {}
    for family in declared_families(node):
        former = node.get("prompts", family.files.name, "renamed_from")
        earlier = fill(str(former.value)) if former is not None else None
        versions[family.files.name] = NamedVersion(fill(family.version), family.files, earlier)
    return versions
