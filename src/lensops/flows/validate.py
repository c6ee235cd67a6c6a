"""Validate: every problem of manifest, prompts, cases and paths, in one reading."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lensops.errors import Invalid, Location, Problem
from lensops.files import OutsideError, Snapshot
from lensops.flows.model_ends import ending_notes
from lensops.flows.other_sources import disagreeing_files
from lensops.flows.project import ManifestReading, read_manifest
from lensops.flows.variables import variable_problems
from lensops.manifest import ManifestFile, Validation, suggestion
from lensops.manifest.locate import ProjectRef, find_manifest, folder_of
from lensops.manifest.names import FRAGMENTS
from lensops.prompts import Prompt, declared_families, load_prompt, version_files
from lensops.prompts.fragments import brought_variables, hole_location

if TYPE_CHECKING:
    from lensops.history.released import ReleasedVersions


def validate(ref: ProjectRef) -> Validation:
    """Read everything that the manifest names, and look for released versions edited in place.

    Raises `UserError` when there is no manifest.
    """
    path = find_manifest(ref)
    tree = Snapshot(folder_of(path))
    validation, reading = validate_snapshot(tree, path.name)
    if reading is None or reading.file is None:
        return validation
    problems, notes = _history_problems(path, reading.file, tree, reading.active)
    problems += _monitors(reading.file, tree)
    faulty, ending = ending_notes(reading.file, reading.active, tree)
    problems += faulty
    held = [note for prompt in reading.active.values() for note in prompt.notes]
    notes = [*held, *notes, *disagreeing_files(reading, tree), *ending]
    return validation._replace(problems=(*validation.problems, *problems), notes=tuple(notes))


def validate_snapshot(tree: Snapshot, name: str) -> tuple[Validation, ManifestReading | None]:
    """Every problem of a snapshot of the work tree but for its history, and what was read."""
    try:
        reading = read_manifest(tree, name)
    except Invalid as error:
        return Validation(name, error.problems), None
    problems = list(reading.problems)
    versions, faulty = _all_versions(tree, reading)
    problems += faulty
    if reading.file is not None:
        problems += _callers(reading.file, reading.active)
        problems += _brought_variables(reading, tree)
        problems += _suites(reading.file, tree, reading.active)
        problems += _targets(reading.file, tree)
    unique = tuple(dict.fromkeys(problems))
    return Validation(name, unique, (), len(reading.active), versions), reading


def _all_versions(tree: Snapshot, reading: ManifestReading) -> tuple[int, list[Problem]]:
    """How many versions the prompts have, and the problems of those that are not active."""
    count = 0
    problems: list[Problem] = []
    owners: dict[str, str] = {}
    for prompt in declared_families(reading.node):
        name = prompt.files.name
        if not prompt.is_sound:
            continue
        for version, files in version_files(tree, prompt.files).items():
            problems += _claimed_twice(owners, name, files, prompt.location)
            is_prompt = not name.startswith(FRAGMENTS)
            if is_prompt and name not in reading.active:
                continue
            count += is_prompt
            try:
                load_prompt(tree, prompt.files, version)
            except Invalid as error:
                problems += error.problems
    return count, problems


def _claimed_twice(
    owners: dict[str, str], name: str, files: list[str], location: Location
) -> Iterator[Problem]:
    """Files that another prompt has as well; `owners` remembers whose they are."""
    for path in files:
        owner = owners.setdefault(path, name)
        if owner != name:
            problem = f"{path} is a version of {owner} and of {name}"
            yield Problem(location, problem, "make the `path:` of one of them narrower")


def _callers(file: ManifestFile, active: Mapping[str, Prompt]) -> Iterator[Problem]:
    """Variables of active versions that the application does not fill, where it says what it does.

    The other way round is fine: a version need not use all that there is.
    """
    for name, prompt in active.items():
        declared = file.manifest.prompts[name].interface
        if declared is None:
            continue
        for variable in (prompt.source or prompt).variables:
            if variable not in declared:
                message = f"{name} {prompt.version} needs {variable!r}, which no application fills"
                hint = suggestion(variable, declared) or "add it to `variables:` when it does"
                yield Problem(file.location("prompts", name, "variables"), message, hint)


def _brought_variables(reading: ManifestReading, tree: Snapshot) -> Iterator[Problem]:
    """Variables that a fragment brings, where the prompt does not declare them."""
    for name, prompt in reading.active.items():
        entry = reading.file.manifest.prompts[name] if reading.file else None
        declared = (entry.interface if entry else None) or {}
        for variable, fragment in brought_variables(prompt, reading.fragments):
            if variable not in declared:
                location = hole_location(tree, fragment.path, variable)
                message = f"{{{{> {fragment.name} }}}} brings {variable!r} into {name}"
                hint = f"declare it under `variables:` of {name}"
                yield Problem(location, message, hint)


def _suites(file: ManifestFile, tree: Snapshot, active: Mapping[str, Prompt]) -> Iterator[Problem]:
    """What the evals name: prompts, metrics, cases, schemas."""
    if file.manifest.evals:
        from lensops.flows.suite_checks import (
            suite_problems,  # evals load only where there are some
        )

        for name in file.manifest.evals:
            yield from suite_problems(file, name, tree, active)


def _targets(file: ManifestFile, tree: Snapshot) -> Iterator[Problem]:
    """What the kinds of targets find wrong with their settings, two at one location included."""
    if file.manifest.targets:
        from lensops.targets import target_problems  # loads no kind that the manifest has not

        for name, error in target_problems(file.manifest, tree):
            yield Problem(file.location("targets", name), error.message, error.hint)


def _monitors(file: ManifestFile, tree: Snapshot) -> Iterator[Problem]:
    """What is wrong with paths of data, and with features by its columns and first rows."""
    if file.manifest.drift and tree.is_local:
        from lensops.drift.first_rows import feature_problems

        for name, monitor in file.manifest.drift.items():
            for path in monitor.paths:
                try:
                    tree.path(path)
                except OutsideError as fault:
                    yield Problem(file.location("drift", name), fault.message, fault.hint)
            for feature, error in feature_problems(monitor, tree):
                location = file.location("drift", name, "features", feature)
                yield Problem(location, error.message, error.hint)


def _history_problems(
    path: Path, file: ManifestFile, tree: Snapshot, active: Mapping[str, Prompt]
) -> tuple[list[Problem], list[Problem]]:
    """Problems and notes that ask git what was released before."""
    from lensops.flows.immutability import find_released
    from lensops.git import NoRepository, open_repository

    with contextlib.ExitStack() as stack:
        try:
            repository = stack.enter_context(open_repository(path.parent))
        except NoRepository:
            repository = None
        released = find_released(repository, path, file.manifest)
    problems, notes = variable_problems(file, active, tree, released)
    mutated, unchecked = _mutated_versions(file, tree, released)
    is_error = file.manifest.rules.released_version_changed == "error"
    return [*problems, *(mutated if is_error else ())], [
        *notes,
        *(() if is_error else mutated),
        *unchecked,
    ]


def _mutated_versions(
    file: ManifestFile, tree: Snapshot, released: ReleasedVersions | None
) -> tuple[list[Problem], list[Problem]]:
    """Released versions changed in place, and what could not be checked."""
    if file.manifest.rules.released_version_changed == "off":
        return [], []
    from lensops.flows.immutability import check_immutability

    report = check_immutability(released, file.manifest, tree)
    mutated = [
        Problem(Location(version.path), version.message, version.fix) for version in report.mutated
    ]
    return mutated, [Problem(Location(file.path), report.unknown)] if report.unknown else []
