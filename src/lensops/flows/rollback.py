"""Rollback: a commit that restores the version that was active before, as `git revert` would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lensops.errors import Invalid, Refused, UserError
from lensops.files import Snapshot, Tree, write_atomic
from lensops.flows.activate import (
    Activated,
    check_committed,
    check_unedited,
    commit_manifest,
    find_active,
    set_active,
)
from lensops.git import Repository, open_repository
from lensops.history import Event, History, read_history
from lensops.manifest import read_yaml
from lensops.manifest.locate import ProjectRef, find_manifest, folder_of
from lensops.prompts import PromptFiles, load_prompt, locate_declared


@dataclass(frozen=True, slots=True)
class _Step:
    """From the active version to another one, and the activation that this undoes."""

    prompt: str
    version: str
    undone: Event
    parents: tuple[str, ...]


def rollback(
    ref: ProjectRef,
    *,
    prompt: str | None = None,
    to: str | None = None,
    commit: bool = True,
) -> Activated:
    """Restore the version before the active one, or `to`, and commit the manifest alone.

    A version that was rolled back from is not "before": rolling back twice goes back two versions.
    Problems elsewhere in the manifest are no obstacle. Raises `Refused` when there is nothing to go
    back to, the manifest has edits, or the version's content is not what it was when it was active.
    """
    path = find_manifest(ref)
    data = path.read_bytes()
    name, active = find_active(data, path.name, prompt)
    tree = Snapshot(folder_of(path))
    with open_repository(path.parent) as repository:
        if repository.head() is None:
            raise Refused("there is no commit yet, so nothing to roll back to")
        check_unedited(repository, path, data)
        history = read_history(repository, repository.relative(path), "HEAD", name)
        files = locate_declared(read_yaml(data, path.name), name)
        step = _find_step(repository, history, (tree, files), active, to)
        _check_version(tree, files, history, step)
        edited = set_active(data, path.name, name, step.version)
        edit = Activated(name, active, step.version, path.name)
        if commit:
            check_committed(repository, tree, files, step.version)
            message = _message(step, active)
            return replace(edit, commit=commit_manifest(repository, path, edited, message))
    write_atomic(path, edited)
    return edit


def _find_step(
    repository: Repository,
    history: History,
    place: tuple[Tree, PromptFiles],
    active: str,
    to: str | None,
) -> _Step:
    """Where to go. Raises `Refused` when history does not tell."""
    prompt = place[1].name
    line = history.lines.get(prompt, ())
    if not line:
        raise Refused(f"git has no activation of {prompt} {active}")
    undone = line[-1]
    if undone.version != active:
        problem = f"the newest activation in git is {prompt} {undone.version}, not {active}"
        raise Refused(problem, "name the version to go back to with --to")
    version = to or _previous_version(line, *place)
    if version is None:
        raise Refused(_no_earlier(history, prompt, active), _hint(history))
    if version == active and to is None:
        problem = f"commit {undone.commit[:10]} changed the content of {prompt} {active} in place"
        raise Refused(problem, f"the manifest cannot undo that: git revert {undone.commit[:10]}")
    if version == active:
        raise Refused(f"{prompt} {active} is active already", "choose another version with --to")
    return _Step(prompt, version, undone, repository.parents(undone.commit))


def _previous_version(line: Sequence[Event], tree: Tree, files: PromptFiles) -> str | None:
    """The version before the active one; one that could not and cannot be read is stepped over."""
    for event in reversed(line[:-1]):
        if event.version is not None and (event.digest is not None or _loads(tree, files, event)):
            return event.version
    return None


def _loads(tree: Tree, files: PromptFiles, event: Event) -> bool:
    try:
        load_prompt(tree, files, event.version or "")
    except Invalid:
        return False
    return True


def _no_earlier(history: History, prompt: str, active: str) -> str:
    if not history.complete:
        return f"what was active before {prompt} {active} is not known: history is cut"
    return f"no version of {prompt} was active before {active}"


def _hint(history: History) -> str:
    if not history.complete:
        return "run `git fetch --unshallow`, or name the version with --to"
    return "name a version with --to; `lensops list` shows them"


def _check_version(tree: Tree, files: PromptFiles, history: History, step: _Step) -> None:
    """The version must be there with the content that it had."""
    try:
        current = load_prompt(tree, files, step.version).source_digest
    except Invalid as error:
        raise UserError(str(error.problems[0]), "restore the file from git first") from None
    active = (e for e in history.events if e.version == step.version and e.digest is not None)
    last = next(active, None)
    if last is not None and last.digest != current:
        problem = f"{step.prompt} {step.version} is not what it was: its file was changed in place"
        raise Refused(problem, f"restore it first: git checkout {last.commit[:10]} -- <its file>")


def _message(step: _Step, active: str) -> str:
    """What `git revert` would write, and which prompt it was."""
    undone, parents = step.undone, step.parents
    reverts = f"This reverts commit {undone.commit}"
    if len(parents) > 1:
        reverts += f", reversing\nchanges made to {parents[0]}"
    rollback = f"Rollback of {step.prompt} from {active} to {step.version}."
    return f'Revert "{undone.subject}"\n\n{reverts}.\n\n{rollback}'
