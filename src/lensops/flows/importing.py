"""Import: what another tool's files become, what is there already, and the writing of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

from lensops.errors import Invalid, UserError
from lensops.evals.arm import arm_of
from lensops.evals.cases import load_cases
from lensops.evals.protocols import AnswerReply
from lensops.evals.recorded import lines_of
from lensops.files import Folder, create_exclusive, write_atomic
from lensops.flows.project import Opened, open_project
from lensops.interchange import Bundle, Import, Source, convert
from lensops.manifest import NAMES, check, read_yaml
from lensops.manifest.insert import insert_entry
from lensops.manifest.locate import ProjectRef, find_manifest, folder_of
from lensops.manifest.yaml import MAX_BYTES
from lensops.prompts import load_prompt, locate_prompt, parse, version_files
from lensops.prompts.forms import ending_of
from lensops.prompts.layout import FOLDER


def prepare_import(
    ref: ProjectRef,
    path: Path,
    *,
    kind: str | None = None,
    name: str | None = None,
) -> Import:
    """What an import would write. `kind` names the tool, `name` the prompt.

    Raises `Invalid` for broken documents, and `UserError`.
    """
    source = Source.open(ref.directory / path)
    bundle = convert(source, kind, name)
    file, tree, old = _manifest(ref)
    _rebase_paths(bundle, source, tree)
    new, conflicts = _extend_manifest(old or _new_manifest(tree), file, bundle)
    _require_sound(new, file, bundle)
    files, existing, taken = _new_files(tree, bundle.files)
    rows, conflicts = tuple(bundle.rows), [*conflicts, *taken]
    return Import(file, old, new, files, rows, existing, tuple(conflicts), bundle, tree)


def write_import(prepared: Import) -> None:
    """Write the new files, then the manifest, then outputs as recordings: all of it, or nothing.

    Raises `UserError` when a file appeared meanwhile, and `Invalid` when the project is not sound.
    """

    written: list[Path] = []
    try:
        for name, data in prepared.files.items():
            path = prepared.tree.path(name)
            _create(path, name, data)
            written.append(path)
        if prepared.new != prepared.old:
            write_atomic(prepared.tree.path(prepared.manifest), prepared.new)
        write_outputs(prepared)
    except UserError:
        _undo(prepared, written)
        raise


def _create(path: Path, name: str, data: bytes) -> None:
    if not create_exclusive(path, data):
        raise UserError(f"{name} was created meanwhile", "run the import again")


def _undo(prepared: Import, written: list[Path]) -> None:
    """Take back what was written, with the folders that are empty then."""
    manifest = prepared.tree.path(prepared.manifest)
    if prepared.old:
        write_atomic(manifest, prepared.old)
    else:
        written = [*written, manifest]
    for path in written:
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # a folder that holds more
            for folder in path.relative_to(prepared.tree.root).parents:
                (prepared.tree.root / folder).rmdir()


def _require_sound(new: bytes, manifest: str, bundle: Bundle) -> None:
    """The manifest and the prompts as they would be. Raises `Invalid` with every problem."""
    problems = list(check(read_yaml(new, manifest))[1])
    for path, data in bundle.files.items():
        if path.startswith(f"{FOLDER}/"):
            try:
                parse(data, path, "v1")
            except Invalid as error:
                problems += error.problems
    if problems:
        raise Invalid(tuple(problems))


def _manifest(ref: ProjectRef) -> tuple[str, Folder, bytes]:
    """Name, folder and bytes of the manifest; a new one where there is none."""
    try:
        path = find_manifest(ref)
    except UserError:
        if ref.manifest is not None or any((ref.directory / name).exists() for name in NAMES):
            raise
        return NAMES[0], folder_of(ref.directory / NAMES[0]), b""
    tree = folder_of(path)
    return path.name, tree, tree.read(path.name, MAX_BYTES)


def _new_manifest(tree: Folder) -> bytes:
    """A manifest with nothing in it yet."""
    from lensops.interchange.templates import slug

    return f"version: 1\nproject: {slug(tree.root.name, 'project')}\n".encode()


def _rebase_paths(bundle: Bundle, source: Source, tree: Folder) -> None:
    """`path:` of prompts that stay where they are, as seen from the manifest's folder."""
    for entry in bundle.prompts.values():
        if "path" in entry:
            full = source.tree.root / entry["path"]
            if not full.is_relative_to(tree.boundary):
                raise UserError(f"{entry['path']} lies in another repository", "run it there")
            entry["path"] = PurePath(os.path.relpath(full, tree.root)).as_posix()


def _extend_manifest(data: bytes, path: str, bundle: Bundle) -> tuple[bytes, list[str]]:
    """The manifest with the entries that it lacks, and the names of others that it keeps."""
    conflicts = []
    for section, entries in (("prompts", bundle.prompts), ("evals", bundle.evals)):
        for name, entry in entries.items():
            present = read_yaml(data, path).get(section, name)
            if present is None:
                data = insert_entry(data, path, section, name, entry)
            elif present.plain() != entry:
                conflicts.append(f"{section}.{name}")
    return data, conflicts


def _new_files(
    tree: Folder, files: Mapping[str, bytes]
) -> tuple[dict[str, bytes], tuple[str, ...], tuple[str, ...]]:
    """Files to create, those that are there already, and those that are there and differ."""
    new: dict[str, bytes] = {}
    existing: list[str] = []
    conflicts: list[str] = []
    for name, data in files.items():
        present = _content(tree, name)
        if twins := _other_files(tree, name):
            conflicts += twins
        elif present is None:
            new[name] = data
        else:
            (existing if present == data else conflicts).append(name)
    return new, tuple(existing), tuple(conflicts)


def _other_files(tree: Folder, name: str) -> list[str]:
    """The files of the same version in another form: a version is one file."""
    family, _, file = name.removeprefix(f"{FOLDER}/").rpartition("/")
    ending = ending_of(file)
    if not name.startswith(f"{FOLDER}/") or not family or ending is None:
        return []
    claimed = version_files(tree, family).get(file.removesuffix(ending), [])
    return [] if name in claimed else claimed


def _content(tree: Folder, name: str) -> Any:
    path = tree.path(name)
    return path.read_bytes() if path.is_file() else None


def write_outputs(prepared: Import) -> list[str]:
    """The recording files that were written. Raises `Invalid` when the project is not sound."""
    if not prepared.bundle.outputs:
        return []
    project = open_project(ProjectRef(prepared.tree.root))
    time = datetime.now(UTC).isoformat(timespec="seconds")
    written = []
    for suite, versions in prepared.bundle.outputs.items():
        for version, outputs in versions.items():
            path = project.manifest.recordings_of(suite, version)
            data = lines_of(_replies(project, suite, version, outputs), time)
            if data and create_exclusive(prepared.tree.path(path), data):
                written.append(path)
    return written


def _replies(
    project: Opened, name: str, version: str, outputs: Mapping[str, Any]
) -> Iterator[AnswerReply]:
    suite = project.manifest.evals[name]
    files = locate_prompt(project.manifest, project.manifest.prompt_of(name))
    try:
        arm = arm_of(load_prompt(project.tree, files, version), suite)
    except Invalid:
        return
    for case in load_cases(project.tree, suite.cases):
        if case.id in outputs:
            for request in arm.requests(case):
                yield AnswerReply(request, outputs[case.id])
