"""Open a project: its manifest and active prompts, from the work tree or from any tree of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lensops.errors import Invalid, Problem
from lensops.files import Folder, Tree
from lensops.flows.place import find_manifest, folder_of
from lensops.manifest import NAMES, Manifest, ManifestFile, Node, check, read_yaml
from lensops.manifest.yaml import MAX_BYTES
from lensops.prompts import Prompt, load_prompt
from lensops.release import Release, desired


@dataclass(frozen=True)
class Project:
    """A sound manifest with its active prompts, and the tree that both came from."""

    file: ManifestFile
    active: Mapping[str, Prompt]
    tree: Tree

    @property
    def manifest(self) -> Manifest:
        return self.file.manifest

    @cached_property
    def desired(self) -> Release:
        """The release that the manifest asks for."""
        return desired(self.manifest, self.active)


@dataclass(frozen=True)
class Opened(Project):
    """A project of the work tree, which can be written to."""

    tree: Folder

    @property
    def path(self) -> Path:
        """Where the manifest lies."""
        return self.tree.root / self.file.path


def open_project(directory: Path, manifest: Path | None = None) -> Opened:
    """The project of the work tree. Raises `Invalid` with every problem of manifest and prompts."""
    path = find_manifest(directory, manifest)
    folder = folder_of(path)
    found = load_project(folder, path.name)
    return Opened(found.file, found.active, folder)


def project_at(tree: Tree, name: str) -> Project | None:
    """The project of a revision, under this or another name of manifests; None where there is none.

    Raises `Invalid` with every problem of it.
    """
    for each in dict.fromkeys((name, *NAMES)):
        try:
            return load_project(tree, each)
        except FileNotFoundError:
            continue
    return None


def load_project(tree: Tree, name: str) -> Project:
    """The project of a tree whose manifest has this path.

    Raises `FileNotFoundError`, and `Invalid` with every problem of manifest and prompts.
    """
    data = tree.read(name, MAX_BYTES)
    node = read_yaml(data, name)
    found, problems = check(node)
    active, missing = load_active(tree, node)
    if found is None or problems or missing:
        raise Invalid((*problems, *missing))
    return Project(ManifestFile(name, data, node, found), active, tree)


def load_active(tree: Tree, node: Node) -> tuple[dict[str, Prompt], list[Problem]]:
    """The active prompts that load, and the problems of those that do not."""
    active: dict[str, Prompt] = {}
    problems: list[Problem] = []
    prompts = node.get("prompts")
    for key, entry in prompts.value if prompts is not None and prompts.kind == "mapping" else ():
        version = entry.get("active")
        if (
            version is None
            or not isinstance(version.value, str)
            or "/" in key.value + version.value
        ):
            continue  # the model says what is wrong with it
        try:
            active[key.value] = load_prompt(tree, key.value, version.value, version.location)
        except Invalid as error:
            problems += error.problems
    return active, problems
