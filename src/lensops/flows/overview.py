"""Overview: the whole state of a project, gathered for the report page and the dashboard."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from lensops.errors import Invalid
from lensops.flows.project import Project, open_project
from lensops.flows.results import load_results
from lensops.flows.status import releases, statuses
from lensops.git import NoRepository, open_repository
from lensops.history import Event, History, read_history
from lensops.manifest.locate import ProjectRef
from lensops.prompts import Prompt, load_prompt, locate_prompt, version_files
from lensops.report.overview import ActivePrompt, Declared, Overview


def overview(ref: ProjectRef) -> Overview:
    """Everything that can be told without a network but that of git targets.

    Raises `Invalid` for a manifest with problems; nothing is written.
    """
    project = open_project(ref)
    commit, history = _history(project.path, project.manifest.branch)
    return Overview(
        project=project.manifest.project,
        commit=commit,
        time=datetime.now(UTC),
        declared=_declared_parts(project),
        active=tuple(_active(project, history)),
        targets=statuses(project),
        results=load_results(project.tree.root),
        history=history,
        versions=_versions(project),
        records=releases(project),
    )


def _declared_parts(project: Project) -> Declared:
    manifest = project.manifest
    return Declared(
        release=project.desired.digest,
        follows={name: target.after for name, target in manifest.targets.items()},
        suites={name: manifest.prompt_of(name) for name in manifest.evals},
        monitors=tuple(manifest.drift),
        bands=project.desired.bands,
    )


def _history(path: Path, branch: str | None) -> tuple[str | None, History | None]:
    """The commit and the activations; neither outside a repository or before a first commit."""
    try:
        with open_repository(path.parent) as repository:
            head = repository.head()
            if head is None:
                return None, None
            line = repository.line(branch)
            return head, read_history(repository, repository.relative(path), line)
    except NoRepository:
        return None, None


def _active(project: Project, history: History | None) -> list[ActivePrompt]:
    events = history.events if history else ()
    return [
        ActivePrompt(name, prompt.version, _newest(events, name, prompt))
        for name, prompt in project.active.items()
    ]


def _newest(events: tuple[Event, ...], name: str, prompt: Prompt) -> Event | None:
    """The event that made a version active; None while the change is not committed."""
    newest = next((event for event in events if event.prompt == name), None)
    if newest is None or (newest.version, newest.digest) != (prompt.version, prompt.source_digest):
        return None
    return newest


def _versions(project: Project) -> dict[tuple[str, str], Prompt]:
    """Every version that loads; the others are `validate`'s to tell."""
    versions = {}
    for name in project.active:
        for version in version_files(project.tree, locate_prompt(project.manifest, name)):
            try:
                versions[name, version] = load_prompt(
                    project.tree, locate_prompt(project.manifest, name), version
                )
            except Invalid:
                continue
    return versions
