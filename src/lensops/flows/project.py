"""Open a project: its manifest and active prompts, from the work tree or from any tree of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lensops.errors import Invalid, Problem
from lensops.files import Folder, Tree
from lensops.flows.place import find_manifest, folder_of
from lensops.manifest import Manifest, ManifestFile, Node, check, read_yaml
from lensops.manifest.yaml import MAX_BYTES
from lensops.prompts import Prompt, load_prompt
from lensops.release import Release, desired


@dataclass(frozen=True, slots=True)
class Project:
    """A sound manifest with its active prompts, and the tree that both came from."""

    file: ManifestFile
    active: Mapping[str, Prompt]
    tree: Tree

    @property
    def manifest(self) -> Manifest:
        return self.file.manifest

    @property
    def desired(self) -> Release:
        """The release that the manifest asks for."""
        return desired(self.manifest, self.active)


def root_of(project: Project) -> Path:
    """The folder of a work tree's project. Raises `TypeError` for a project of a git revision."""
    if not isinstance(project.tree, Folder):
        raise TypeError("this project is of a git revision, which has no folder")
    return project.tree.root


def place_in(project: Project, path: str) -> Path:
    """Where a path of a work tree's project lies on disk, before it is written to.

    Raises `OutsideError` when it, or a link on its way, leaves the repository.
    """
    if not isinstance(project.tree, Folder):
        raise TypeError("this project is of a git revision, which has no folder")
    return project.tree.path(path)


def open_project(directory: Path, manifest: Path | None = None) -> Project:
    """The project of the work tree. Raises `Invalid` with every problem of manifest and prompts."""
    path = find_manifest(directory, manifest)
    return load_project(folder_of(path), path.name)


def load_project(tree: Tree, name: str) -> Project:
    """The project of a tree whose manifest has this path."""
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
            active[key.value] = load_prompt(tree, key.value, version.value, version.place)
        except Invalid as error:
            problems += error.problems
    return active, problems
