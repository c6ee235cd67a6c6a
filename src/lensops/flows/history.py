"""History: what git tells of the active versions of a project."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lensops.errors import Invalid, RemoteFailed, UserError
from lensops.files import Snapshot
from lensops.git import NoRepository, Repository, open_repository
from lensops.history import Event, Family, History, Listing, Version, read_history
from lensops.manifest import NAMES, Node, read_yaml
from lensops.manifest.locate import ProjectRef, find_manifest, folder_of
from lensops.manifest.select import select_prompt
from lensops.prompts import declared_families, load_prompt, locate_prompt, version_files

if TYPE_CHECKING:
    from lensops.flows.project import Opened, Project
    from lensops.manifest import Manifest
    from lensops.plan import Hotfix
    from lensops.targets import Target


REMOTES = "refs/remotes/"
NOTHING = History(complete=True, cut_at=None, events=())


def history(
    ref: ProjectRef,
    *,
    prompt: str | None = None,
    revision: str | None = None,
) -> History:
    """The activations on the tracked branch, or on another line.

    Works in a bare repository, and with a manifest that is broken now, as long as git has the
    earlier ones. Raises `UserError` outside a repository, for an unknown revision, and for a prompt
    that never was.
    """
    with _open(ref) as (repository, path, node):
        line = revision or repository.line(_declared_branch(node))
        whole = read_history(repository, path, line)
    if prompt is None:
        return whole
    names = sorted({event.prompt for event in whole.events} | _declared_prompts(node))
    name = select_prompt(names, prompt)
    return whole._replace(events=tuple(event for event in whole.events if event.prompt == name))


@contextmanager
def _open(ref: ProjectRef) -> Iterator[tuple[Repository, str, Node | None]]:
    """The repository, the manifest's path in it, and the manifest as it is now."""
    try:
        path = find_manifest(ref)
    except UserError as error:
        with _open_bare(ref.directory, error) as repository:
            tree = repository.tree("HEAD")
            names = [str(ref.manifest)] if ref.manifest else sorted({*NAMES} & {*tree.names("")})
            if not names:
                raise
            yield repository, names[0], None
        return
    with open_repository(path.parent) as repository:
        yield repository, repository.relative(path), _read_nodes(path)


def _open_bare(directory: Path, error: UserError) -> Repository:
    """The bare repository of a folder. Raises `error` when it is none."""
    try:
        repository = open_repository(directory, bare=True)
    except NoRepository:
        raise error from None
    if repository.root is not None:
        raise error
    return repository


def listing(ref: ProjectRef, prompt: str | None = None) -> Listing:
    """The versions of each prompt. Raises `Invalid` for a manifest with problems."""
    from lensops.flows.project import load_project  # builds the model, which `history` can spare

    path = find_manifest(ref)
    project = load_project(Snapshot(folder_of(path)), path.name)
    declared = project.manifest.families
    names = list(declared) if prompt is None else [select_prompt(declared, prompt)]
    whole, branch, note = _read_activations(path, project.manifest)
    families = tuple(_family(project, name, _latest(whole, name)) for name in names)
    return Listing(families, note, branch)


def _read_activations(path: Path, manifest: Manifest) -> tuple[History, str | None, str | None]:
    """The history of the tracked branch, its name where it is not checked out, and a note."""
    try:
        with open_repository(path.parent) as repository:
            line = repository.line(manifest.branch)
            whole = read_history(repository, repository.relative(path), line)
    except NoRepository as error:
        return NOTHING, None, f"activations are not known: {error.message}"
    branch = None if line == "HEAD" else line.removeprefix("refs/heads/").removeprefix(REMOTES)
    note = None if whole.complete else f"history is cut at {whole.cut_at}"
    return whole, branch, note


def _latest(whole: History, prompt: str) -> Mapping[str, Event]:
    """The last activation of each version."""
    events = [e for e in whole.events if e.prompt == prompt and e.version is not None]
    return {event.version: event for event in reversed(events) if event.version is not None}


def _family(project: Project, name: str, events: Mapping[str, Event]) -> Family:
    active = project.manifest.families[name].active
    versions = []
    for version in version_files(project.tree, locate_prompt(project.manifest, name)):
        digest, problem = _digest(project, name, version)
        event = events.get(version)
        versions.append(Version(version, digest, version == active, event, problem))
    return Family(name, active, tuple(versions))


def _digest(project: Project, name: str, version: str) -> tuple[str | None, str | None]:
    files = locate_prompt(project.manifest, name)
    try:
        return load_prompt(project.tree, files, version).source_digest, None
    except Invalid as error:
        return None, str(error.problems[0])


def _read_nodes(path: Path) -> Node | None:
    """The manifest's nodes; None when it cannot be read as YAML."""
    try:
        return read_yaml(path.read_bytes(), path.name)
    except UserError:
        return None


def _declared_branch(node: Node | None) -> str | None:
    """The tracked branch that a manifest declares."""
    declared = node.get("branch") if node else None
    return declared.value if declared and isinstance(declared.value, str) else None


def _declared_prompts(node: Node | None) -> set[str]:
    """The prompts and fragments that a manifest names."""
    return {entry.files.name for entry in declared_families(node)}


def open_hotfixes(ref: ProjectRef) -> dict[str, Hotfix]:
    """The hotfixes of all targets, by name; none where the manifest is not valid.

    A network is asked only where this clone has seen a hotfix.
    """
    try:
        if b"overrides" not in find_manifest(ref).read_bytes():
            return {}  # no rule can have been passed, and building the model can be spared
        return _read_hotfixes(ref)
    except (UserError, OSError):
        return {}


def _read_hotfixes(ref: ProjectRef) -> dict[str, Hotfix]:
    from lensops.flows.project import open_project
    from lensops.flows.targets import select_targets, target_of

    project = open_project(ref)
    names = select_targets(project.manifest)
    hotfixes = {name: _hotfix_at(project, target_of(project, name)) for name in names}
    return {name: hotfix for name, hotfix in hotfixes.items() if hotfix is not None}


def _hotfix_at(project: Opened, target: Target) -> Hotfix | None:
    from lensops.flows.rules import open_hotfix

    entries = target.cached_log().entries
    if not entries or entries[-1].statement.override is None:
        return None
    with contextlib.suppress(RemoteFailed):
        entries = target.log().entries
    return open_hotfix(project, target.name, entries)
