"""Diff: two forms of a prompt, from versions, revisions, or what a target serves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lensops.errors import Invalid, UserError
from lensops.files import Snapshot, Tree
from lensops.flows.project import Opened, Project, open_project, project_at
from lensops.flows.targets import observe_targets, select_targets
from lensops.manifest import read_yaml, suggestion
from lensops.manifest.locate import ProjectRef
from lensops.manifest.select import select_prompt
from lensops.plan.difference import Difference, section_changes, variables_change
from lensops.prompts import (
    Prompt,
    PromptFiles,
    load_prompt,
    locate_declared,
    locate_prompt,
    version_files,
)
from lensops.prompts.fragments import load_expanded
from lensops.prompts.load import MAX_BYTES, version_path

WORK_TREE = "work tree"


@dataclass(frozen=True, slots=True)
class Side:
    """A form of a prompt: its name for people, the prompt if there is one, and its file's bytes."""

    name: str
    prompt: Prompt | None
    data: bytes | None = None


def diff(
    ref: ProjectRef,
    *,
    old: str | None = None,
    new: str | None = None,
    prompt: str | None = None,
    target: str | None = None,
) -> tuple[Difference, ...]:
    """One difference a prompt.

    Without `old`: what the target serves against the manifest. A side is a version (`v1`), a
    version of a revision (`v1@main`), or a revision, of which the active version is meant; `new`
    is the manifest of the work tree by default. Raises `UserError` for a side that is neither.
    """
    project = open_project(ref)
    if old is None:
        return tuple(_against_target(project, prompt, target))
    if target is not None:
        raise UserError("--target cannot be combined with versions or revisions")
    names = _names(project, prompt, [old, new])
    sides = _Sides(project)
    return tuple(_difference(n, sides.side(n, old), sides.side(n, new)) for n in names)


def _against_target(
    project: Opened, prompt: str | None, target: str | None
) -> Iterator[Difference]:
    name = target or next(iter(project.manifest.places))
    observed = observe_targets(project, select_targets(project.manifest, [name]))[name].observed
    served = observed.release.prompts if observed.release else {}
    desired = project.desired.prompts
    names = list(dict.fromkeys([*desired, *served]))
    for selected in names if prompt is None else [select_prompt(names, prompt)]:
        live, declared = served.get(selected), desired.get(selected)
        old = Side(f"{live.version} at {name}" if live else f"nothing at {name}", live)
        new = Side(f"{declared.version}" if declared else "nothing in the manifest", declared)
        yield _difference(selected, old, new)


def _difference(name: str, old: Side, new: Side) -> Difference:
    prompts = old.prompt, new.prompt
    same = (prompts[0] and prompts[0].digest) == (prompts[1] and prompts[1].digest)
    layout = same and old.data != new.data and None not in (old.data, new.data)
    sections = (*section_changes(*prompts), *variables_change(*prompts))
    return Difference(name, old.name, new.name, sections, same, layout)


def _names(project: Project, prompt: str | None, sides: list[str | None]) -> list[str]:
    """The prompts to compare: the selected one, or all of them when whole revisions are."""
    declared = project.manifest.families
    if prompt is None and len(declared) > 1:
        owners = [n for n in declared if any(s and _is_version(project, n, s) for s in sides)]
        return [select_prompt(owners, None)] if owners else list(declared)
    return [select_prompt(declared, prompt)]


def _is_version(project: Project, prompt: str, side: str) -> bool:
    files = locate_prompt(project.manifest, prompt)
    return "@" in side or side in version_files(project.tree, files)


class _Sides:
    """Reads sides of prompts; a version of the work tree wins over a revision of the same name."""

    def __init__(self, project: Opened) -> None:
        self._project = project

    def side(self, prompt: str, text: str | None) -> Side:
        project = self._project
        if text is None:
            active = project.load(prompt, project.manifest.families[prompt].active)
            data = _bytes(project.tree, self._files(prompt), active.version)
            return Side(f"{active.version} ({WORK_TREE})", active, data)
        if text in version_files(project.tree, self._files(prompt)):
            files = self._files(prompt)
            loaded = project.load(prompt, text)
            return Side(text, loaded, _bytes(project.tree, files, text))
        version, _, revision = text.rpartition("@")
        if version:
            return self._side_at(prompt, revision, version, text)
        return self._side_at(prompt, text, None, text)

    def _side_at(self, prompt: str, revision: str, version: str | None, text: str) -> Side:
        from lensops.git import NoRepository

        repository = self._project.repository
        if repository is None:
            raise NoRepository
        try:
            commit = repository.resolve(revision)
        except UserError:
            raise self._unknown_side(prompt, text) from None
        folder, _, name = repository.relative(self._project.path).rpartition("/")
        tree = Snapshot(repository.tree(commit, folder))
        if version is None:
            return _active(tree, name, prompt, text)
        return _version_at(tree, name, prompt, version, text)

    def _files(self, prompt: str) -> PromptFiles:
        return locate_prompt(self._project.manifest, prompt)

    def _unknown_side(self, prompt: str, text: str) -> UserError:
        versions = list(version_files(self._project.tree, self._files(prompt)))
        near = suggestion(text, versions)
        problem = f"{text!r} is neither a version of {prompt} nor a revision"
        listed = f"versions: {', '.join(versions)}"
        return UserError(problem, f"{near} {listed}" if near else listed)


def _active(tree: Snapshot, name: str, prompt: str, text: str) -> Side:
    """The active version of a revision; none where the prompt was not there yet."""
    try:
        project = project_at(tree, name)
    except Invalid as error:
        raise UserError(f"the manifest at {text} has problems: {error.problems[0]}") from None
    if project is None or prompt not in project.manifest.families:
        return Side(f"nothing at {text}", None)
    active = project.load(prompt, project.manifest.families[prompt].active)
    files = locate_prompt(project.manifest, prompt)
    return Side(f"{active.version}@{text}", active, _bytes(tree, files, active.version))


def _version_at(tree: Snapshot, name: str, prompt: str, version: str, text: str) -> Side:
    """A version of a revision; without a manifest there, where it lies usually."""
    try:
        node = tree.parse(name, MAX_BYTES, read_yaml)
    except (FileNotFoundError, UserError):
        files = PromptFiles(prompt)
        return Side(text, load_prompt(tree, files, version), _bytes(tree, files, version))
    files = locate_declared(node, prompt)
    loaded = load_expanded(tree, node, files, version)
    return Side(text, loaded, _bytes(tree, files, version))


def _bytes(tree: Tree, files: PromptFiles, version: str) -> bytes:
    return tree.read(version_path(tree, files, version), MAX_BYTES)
