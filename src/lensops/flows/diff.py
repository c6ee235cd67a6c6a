"""Diff: two forms of a prompt, from versions, revisions, or what a target serves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lensops.errors import Invalid, UserError
from lensops.files import Tree
from lensops.flows.project import Opened, Project, open_project, project_at
from lensops.flows.targets import observe_targets, select_targets
from lensops.manifest import suggestion
from lensops.manifest.select import select_prompt
from lensops.plan.difference import Difference, section_changes
from lensops.prompts import Prompt, load_prompt, version_files
from lensops.prompts.load import MAX_BYTES, version_path

WORK_TREE = "work tree"


@dataclass(frozen=True, slots=True)
class Side:
    """A form of a prompt: its name for people, the prompt if there is one, and its file's bytes."""

    name: str
    prompt: Prompt | None
    data: bytes | None = None


def diff(
    directory: Path,
    manifest: Path | None = None,
    *,
    before: str | None = None,
    after: str | None = None,
    prompt: str | None = None,
    target: str | None = None,
) -> tuple[Difference, ...]:
    """One difference a prompt.

    Without `before`: what the target serves against the manifest. A side is a version (`v1`), a
    version of a revision (`v1@main`), or a revision, of which the active version is meant; `after`
    is the manifest of the work tree by default. Raises `UserError` for a side that is neither.
    """
    project = open_project(directory, manifest)
    if before is None:
        return tuple(_against_target(project, prompt, target))
    if target is not None:
        raise UserError("--target cannot be combined with versions or revisions")
    names = _names(project, prompt, [before, after])
    sides = _Sides(project)
    return tuple(_difference(n, sides.side(n, before), sides.side(n, after)) for n in names)


def _against_target(
    project: Opened, prompt: str | None, target: str | None
) -> Iterator[Difference]:
    name = target or next(iter(project.manifest.places))
    seen = observe_targets(project, select_targets(project.manifest, [name]))[name]
    served = seen.observed.release.prompts if seen.observed.release else {}
    desired = project.desired.prompts
    known = list(dict.fromkeys([*desired, *served]))
    for each in known if prompt is None else [select_prompt(known, prompt)]:
        live, wanted = served.get(each), desired.get(each)
        before = Side(f"{live.version} at {name}" if live else f"nothing at {name}", live)
        after = Side(f"{wanted.version}" if wanted else "nothing in the manifest", wanted)
        yield _difference(each, before, after)


def _difference(name: str, before: Side, after: Side) -> Difference:
    old, new = before.prompt, after.prompt
    same = (old and old.digest) == (new and new.digest)
    layout = same and before.data != after.data and None not in (before.data, after.data)
    return Difference(name, before.name, after.name, section_changes(old, new), same, layout)


def _names(project: Project, prompt: str | None, sides: list[str | None]) -> list[str]:
    """The prompts to compare: the one that is asked for, or all when whole revisions are."""
    declared = project.manifest.prompts
    if prompt is None and len(declared) > 1:
        owners = [n for n in declared if any(s and _is_version(project.tree, n, s) for s in sides)]
        return [select_prompt(owners, None)] if owners else list(declared)
    return [select_prompt(declared, prompt)]


def _is_version(tree: Tree, prompt: str, side: str) -> bool:
    return "@" in side or side in version_files(tree, prompt)


class _Sides:
    """Reads sides of prompts; a version of the work tree wins over a revision of the same name."""

    def __init__(self, project: Opened) -> None:
        self._project = project

    def side(self, prompt: str, asked: str | None) -> Side:
        project = self._project
        if asked is None:
            active = project.active[prompt]
            data = _bytes(project.tree, prompt, active.version)
            return Side(f"{active.version} ({WORK_TREE})", active, data)
        if asked in version_files(project.tree, prompt):
            return _version(project.tree, prompt, asked, asked)
        version, _, revision = asked.rpartition("@")
        if version:
            return self._at(prompt, revision, version, asked)
        return self._at(prompt, asked, None, asked)

    def _at(self, prompt: str, revision: str, version: str | None, asked: str) -> Side:
        from lensops.git import open_repository

        with open_repository(self._project.path.parent) as repository:
            try:
                commit = repository.resolve(revision)
            except UserError:
                raise self._neither(prompt, asked) from None
            folder, _, name = repository.relative(self._project.path).rpartition("/")
            tree = repository.tree(commit, folder)
            if version is None:
                return _active(tree, name, prompt, asked)
            return _version(tree, prompt, version, asked)

    def _neither(self, prompt: str, asked: str) -> UserError:
        known = list(version_files(self._project.tree, prompt))
        near = suggestion(asked, known)
        words = f"{asked!r} is neither a version of {prompt} nor a revision"
        versions = f"versions: {', '.join(known)}"
        return UserError(words, f"{near} {versions}" if near else versions)


def _active(tree: Tree, name: str, prompt: str, asked: str) -> Side:
    """The active version of a revision; none where the prompt was not there yet."""
    try:
        project = project_at(tree, name)
    except Invalid as error:
        raise UserError(f"the manifest at {asked} has problems: {error.problems[0]}") from None
    active = project.active.get(prompt) if project else None
    if active is None:
        return Side(f"nothing at {asked}", None)
    return Side(f"{active.version}@{asked}", active, _bytes(tree, prompt, active.version))


def _version(tree: Tree, prompt: str, version: str, asked: str) -> Side:
    return Side(asked, load_prompt(tree, prompt, version), _bytes(tree, prompt, version))


def _bytes(tree: Tree, prompt: str, version: str) -> bytes:
    return tree.read(version_path(tree, prompt, version), MAX_BYTES)
