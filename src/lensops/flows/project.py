"""Open a project: its manifest and active prompts, from the work tree or from any tree of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lensops.errors import Invalid, Problem
from lensops.files import Snapshot, Tree
from lensops.manifest import NAMES, Manifest, ManifestFile, Node, check, read_yaml
from lensops.manifest.locate import ProjectRef, find_manifest, folder_of
from lensops.manifest.yaml import MAX_BYTES
from lensops.prompts import Prompt, declared_prompts, load_prompt, locate_prompt, version_path
from lensops.prompts.fragments import Fragment, expand_prompt, load_expanded, load_fragments

if TYPE_CHECKING:
    from lensops.git import Repository
    from lensops.history.released import ReleasedVersions
    from lensops.release import Release


@dataclass(frozen=True)
class Project:
    """A sound manifest with its active prompts, and the snapshot that both came from."""

    file: ManifestFile
    active: Mapping[str, Prompt]
    tree: Snapshot
    fragments: Mapping[str, Fragment] = field(default_factory=dict)

    def load(self, family: str, version: str) -> Prompt:
        """A version of a prompt with fragments expanded, or of a fragment. Raises `Invalid`."""
        files = locate_prompt(self.manifest, family)
        return load_expanded(self.tree, self.file.node, files, version)

    @property
    def manifest(self) -> Manifest:
        return self.file.manifest

    @cached_property
    def desired(self) -> Release:
        """The release that the manifest asks for."""
        from lensops.release import desired_release

        return desired_release(self.manifest, self.active)


@dataclass(frozen=True)
class Opened(Project):
    """A project of the work tree, which can be written to."""

    @property
    def path(self) -> Path:
        """Where the manifest lies."""
        return self.tree.root / self.file.path

    @cached_property
    def repository(self) -> Repository | None:
        """The repository around it, which ends with the project; None where there is none.

        Raises `UserError` where git refuses to open it.
        """
        from lensops.git import NoRepository, open_repository

        try:
            return open_repository(self.path.parent)
        except NoRepository:
            return None

    @cached_property
    def released_versions(self) -> ReleasedVersions | None:
        """What was active on the tracked branch; None outside a repository."""
        from lensops.flows.immutability import find_released

        return find_released(self.repository, self.path, self.manifest)


class ManifestReading(NamedTuple):
    """A manifest as far as it could be read, with every problem of it and of active prompts."""

    file: ManifestFile | None
    node: Node
    active: Mapping[str, Prompt]
    problems: tuple[Problem, ...]
    fragments: Mapping[str, Fragment]


def open_project(ref: ProjectRef) -> Opened:
    """The project of the work tree. Raises `Invalid` with every problem of manifest and prompts."""
    path = find_manifest(ref)
    return open_snapshot(Snapshot(folder_of(path)), path.name)


def open_snapshot(tree: Snapshot, name: str) -> Opened:
    """The project of a snapshot of the work tree. Raises as `load_project` does."""
    project = load_project(tree, name)
    return Opened(project.file, project.active, tree, project.fragments)


def project_at(tree: Tree, name: str) -> Project | None:
    """The project of a revision, under this or another name of manifests; None where there is none.

    Raises `Invalid` with every problem of it.
    """
    snapshot = tree if isinstance(tree, Snapshot) else Snapshot(tree)
    for candidate in dict.fromkeys((name, *NAMES)):
        try:
            return load_project(snapshot, candidate)
        except FileNotFoundError:
            continue
    return None


def load_project(tree: Snapshot, name: str) -> Project:
    """The project of a snapshot whose manifest has this path.

    Raises `FileNotFoundError`, and `Invalid` with every problem of manifest and prompts.
    """
    reading = read_manifest(tree, name)
    if reading.file is None or reading.problems:
        raise Invalid(reading.problems)
    return Project(reading.file, reading.active, tree, reading.fragments)


def read_manifest(tree: Snapshot, name: str) -> ManifestReading:
    """The manifest and the active prompts, as far as they are sound.

    Raises `FileNotFoundError`, and `Invalid` when the manifest is no YAML.
    """
    data = tree.read(name, MAX_BYTES)
    node = tree.parse(name, MAX_BYTES, read_yaml)
    manifest, problems = check(node)
    fragments, faulty = load_fragments(tree, node)
    active, missing = load_active(tree, node, fragments)
    file = ManifestFile(name, data, node, manifest) if manifest is not None else None
    return ManifestReading(file, node, active, (*problems, *faulty, *missing), fragments)


def load_active(
    tree: Tree, node: Node, fragments: Mapping[str, Fragment]
) -> tuple[dict[str, Prompt], list[Problem]]:
    """The active prompts that load, fragments expanded, and the problems of those that do not."""
    active: dict[str, Prompt] = {}
    problems: list[Problem] = []
    for entry in declared_prompts(node):
        if not entry.is_sound:
            continue
        try:
            prompt = load_prompt(tree, entry.files, entry.version, entry.location)
        except Invalid as error:
            problems += error.problems
            continue
        path = version_path(tree, entry.files, entry.version)
        active[entry.files.name], missing = expand_prompt(tree, prompt, path, fragments)
        problems += missing
    return active, problems
