"""Validate: every problem of manifest, prompts, cases and paths, in one reading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lensops.errors import Invalid, Location, Problem, UserError
from lensops.files import Folder
from lensops.flows.place import find_manifest, folder_of
from lensops.flows.project import load_active
from lensops.manifest import Manifest, ManifestFile, Node, Validation, check, read_yaml, suggestion
from lensops.manifest.yaml import MAX_BYTES
from lensops.prompts import Prompt, load_prompt, version_files


def validate(directory: Path, manifest: Path | None = None, *, released: bool = True) -> Validation:
    """Read everything that the manifest names; with `released`, look for versions edited in place.

    Raises `UserError` when there is no manifest.
    """
    path = find_manifest(directory, manifest)
    tree, name = folder_of(path), path.name
    try:
        data = tree.read(name, MAX_BYTES)
        node = read_yaml(data, name)
    except Invalid as error:
        return Validation(name, error.problems)
    found, problems = check(node)
    active, missing = load_active(tree, node)
    problems += missing
    versions, faulty = _all_versions(tree, active)
    problems += faulty
    notes: list[Problem] = []
    if found is not None:
        file = ManifestFile(name, data, node, found)
        problems += _callers(file, active)
        problems += _suites(file, tree, active)
        problems += _links(found, node, tree)
        edited, notes = _released(path, file) if released else ([], [])
        problems += edited
    unique = tuple(dict.fromkeys(problems))
    return Validation(name, unique, tuple(notes), len(active), versions)


def _all_versions(tree: Folder, active: dict[str, Prompt]) -> tuple[int, list[Problem]]:
    """How many versions the prompts have, and the problems of those that are not active."""
    count = 0
    problems: list[Problem] = []
    for prompt in active:
        for version in version_files(tree, prompt):
            count += 1
            try:
                load_prompt(tree, prompt, version)
            except Invalid as error:
                problems += error.problems
    return count, problems


def _callers(file: ManifestFile, active: dict[str, Prompt]) -> Iterator[Problem]:
    """Variables of active versions that the application does not fill, where it says what it does.

    The other way round is fine: a version need not use all that there is.
    """
    for name, prompt in active.items():
        declared = file.manifest.prompts[name].variables
        if declared is None:
            continue
        for variable in prompt.variables:
            if variable not in declared:
                words = f"{name} {prompt.version} needs {variable!r}, which no application fills"
                hint = suggestion(variable, declared) or "add it to `variables:` when it does"
                yield Problem(file.location("prompts", name, "variables"), words, hint)


def _suites(file: ManifestFile, tree: Folder, active: dict[str, Prompt]) -> Iterator[Problem]:
    """What the evals name: prompts, metrics, cases, schemas."""
    if file.manifest.evals:
        from lensops.flows.suites import suite_problems  # evals load only where there are some

        for name in file.manifest.evals:
            yield from suite_problems(file, name, tree, active)


def _links(manifest: Manifest, node: Node, tree: Folder) -> Iterator[Problem]:
    """Directory targets that a link takes out of the repository."""
    for name, target in manifest.targets.items():
        location = node.get("targets", name, "directory")
        if target.directory is None or location is None:
            continue
        try:
            tree.path(target.directory)
        except UserError as error:
            yield Problem(location.location, error.message, error.hint)


def _released(path: Path, file: ManifestFile) -> tuple[list[Problem], list[Problem]]:
    """Released versions changed in place: problems, or notes where the rule is a warning."""
    rule = file.manifest.rules.released_version_changed
    if rule == "off":
        return [], []
    from lensops.flows.released import released_versions

    found = [
        Problem(Location(change.path), change.message, "add a new version instead")
        for change in released_versions(path, file.manifest).changed
    ]
    return (found, []) if rule == "error" else ([], found)
