"""History: what git tells of the active versions of a project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lensops.errors import Invalid, UserError
from lensops.files import Snapshot
from lensops.history import (
    Event,
    Family,
    History,
    Listing,
    Repository,
    Version,
    activations,
    open_repository,
)
from lensops.manifest import NAMES, Node, read_yaml
from lensops.manifest.locate import find_manifest, folder_of
from lensops.manifest.select import select_prompt
from lensops.prompts import load_prompt, version_files

if TYPE_CHECKING:
    from lensops.flows.project import Project
    from lensops.manifest import Manifest

REMOTES = "refs/remotes/"
NOTHING = History(complete=True, cut_at=None, events=())


def history(
    directory: Path,
    manifest: Path | None = None,
    *,
    prompt: str | None = None,
    ref: str | None = None,
) -> History:
    """The activations on the tracked branch, or on `ref`.

    Works in a bare repository, and with a manifest that is broken now, as long as git has the
    earlier ones. Raises `UserError` outside a repository, for an unknown ref, and for a prompt
    that never was.
    """
    with _repository(directory, manifest) as (repository, name, now):
        told = activations(repository, name, ref or repository.line(_branch(now)))
    if prompt is None:
        return told
    known = sorted({event.prompt for event in told.events} | _declared(now))
    name = select_prompt(known, prompt)
    events = tuple(event for event in told.events if event.prompt == name)
    return History(told.complete, told.cut_at, events, told.skipped)


@contextmanager
def _repository(
    directory: Path, manifest: Path | None
) -> Iterator[tuple[Repository, str, Node | None]]:
    """The repository, the manifest's path in it, and what the manifest says now."""
    try:
        path = find_manifest(directory, manifest)
    except UserError as error:
        with _bare(directory, error) as repository:
            tree = repository.tree("HEAD")
            names = [str(manifest)] if manifest else [n for n in NAMES if n in tree.names("")]
            if not names:
                raise
            yield repository, names[0], None
        return
    with open_repository(path.parent) as repository:
        yield repository, repository.relative(path), _read(path)


def _bare(directory: Path, error: UserError) -> Repository:
    """The bare repository of a folder. Raises `error` when it is none."""
    try:
        repository = open_repository(directory)
    except UserError:
        raise error from None
    if repository.root is not None:
        with repository:
            raise error
    return repository


def listing(directory: Path, manifest: Path | None = None, prompt: str | None = None) -> Listing:
    """The versions of each prompt. Raises `Invalid` for a manifest with problems."""
    from lensops.flows.project import load_project  # builds the model, which `history` can spare

    path = find_manifest(directory, manifest)
    project = load_project(Snapshot(folder_of(path)), path.name)
    declared = project.manifest.prompts
    names = list(declared) if prompt is None else [select_prompt(declared, prompt)]
    told, branch, note = _told_or_note(path, project.manifest)
    families = tuple(_family(project, name, _latest(told, name)) for name in names)
    return Listing(families, note, branch)


def _told_or_note(path: Path, manifest: Manifest) -> tuple[History, str | None, str | None]:
    try:
        with open_repository(path.parent) as repository:
            line = repository.line(manifest.branch)
            told = activations(repository, repository.relative(path), line)
    except UserError as error:
        return NOTHING, None, f"activations are not known: {error.message}"
    branch = None if line == "HEAD" else line.removeprefix("refs/heads/").removeprefix(REMOTES)
    note = None if told.complete else f"history is cut at {told.cut_at}"
    return told, branch, note


def _latest(told: History, prompt: str) -> Mapping[str, Event]:
    """The last activation of each version."""
    events = [e for e in told.events if e.prompt == prompt and e.version is not None]
    return {event.version: event for event in reversed(events) if event.version is not None}


def _family(project: Project, name: str, events: Mapping[str, Event]) -> Family:
    active = project.manifest.prompts[name].active
    versions = []
    for version in version_files(project.tree, name):
        digest, problem = _digest(project, name, version)
        event = events.get(version)
        versions.append(Version(version, digest, version == active, event, problem))
    return Family(name, active, tuple(versions))


def _digest(project: Project, name: str, version: str) -> tuple[str | None, str | None]:
    try:
        return load_prompt(project.tree, name, version).digest, None
    except Invalid as error:
        return None, str(error.problems[0])


def _read(path: Path) -> Node | None:
    """The manifest's nodes; None when it cannot be read as YAML."""
    try:
        return read_yaml(path.read_bytes(), path.name)
    except UserError:
        return None


def _branch(manifest: Node | None) -> str | None:
    """The tracked branch that a manifest declares."""
    declared = manifest.get("branch") if manifest else None
    return declared.value if declared and isinstance(declared.value, str) else None


def _declared(manifest: Node | None) -> set[str]:
    """The prompts that a manifest names."""
    prompts = manifest.get("prompts") if manifest else None
    pairs = prompts.value if prompts and prompts.kind == "mapping" else ()
    return {str(key.value) for key, _ in pairs}
