"""Rollback: a commit that restores the version that was active before, as `git revert` would."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lensops.errors import Invalid, Refused, UserError
from lensops.files import Tree, write_atomic
from lensops.flows.activate import Activated, committed, with_active
from lensops.history import Event, History, Repository, activations, earlier, open_repository
from lensops.manifest.load import load
from lensops.manifest.locate import find_manifest, folder_of
from lensops.manifest.select import select_prompt
from lensops.prompts import load_prompt


@dataclass(frozen=True, slots=True)
class _Step:
    """From the active version to another one, and the activation that this undoes."""

    prompt: str
    version: str
    undone: Event
    parents: tuple[str, ...]


def rollback(
    directory: Path,
    manifest: Path | None = None,
    *,
    prompt: str | None = None,
    to: str | None = None,
    commit: bool = True,
) -> Activated:
    """Restore the version before the active one, or `to`, and commit the manifest alone.

    A version that was rolled back from is not "before": rolling back twice goes back two versions.
    Raises `Refused` when there is nothing to go back to, the manifest has edits, or the version's
    content is not what it was when it was active.
    """
    path = find_manifest(directory, manifest)
    data = path.read_bytes()
    found = load(data, path.name).manifest
    name = select_prompt(found.prompts, prompt)
    before = found.prompts[name].active
    with open_repository(path.parent) as repository:
        relative = repository.relative(path)
        _unedited(repository, relative, path.name)
        told = activations(repository, relative, "HEAD", name)
        step = _step(repository, told, name, before, to)
    _check(folder_of(path), told, step)
    edited = with_active(data, path.name, name, step.version)
    if commit:
        sha = committed(path, edited, _message(step, before))
        return Activated(name, before, step.version, path.name, sha)
    write_atomic(path, edited)
    return Activated(name, before, step.version, path.name)


def _unedited(repository: Repository, relative: str, name: str) -> None:
    if repository.head() is None:
        raise Refused("there is no commit yet, so nothing to roll back to")
    if repository.dirty([relative]):
        hint = f"commit them, or undo them with `git checkout -- {name}`"
        raise Refused(f"{name} has edits that are not committed; nothing was changed", hint)


def _step(repository: Repository, told: History, prompt: str, active: str, to: str | None) -> _Step:
    """Where to go. Raises `Refused` when history does not say."""
    if not told.events:
        raise Refused(f"git has no activation of {prompt} {active}")
    undone, previous = earlier(told.events)
    version = to or previous
    if version is None:
        raise Refused(_no_earlier(told, prompt, active), _hint(told))
    if version == active and to is None:
        words = f"commit {undone.commit[:10]} changed the content of {prompt} {active} in place"
        raise Refused(words, f"the manifest cannot undo that: git revert {undone.commit[:10]}")
    if version == active:
        raise Refused(f"{prompt} {active} is active already", "choose another version with --to")
    return _Step(prompt, version, undone, repository.parents(undone.commit))


def _no_earlier(told: History, prompt: str, active: str) -> str:
    if not told.complete:
        return f"what was active before {prompt} {active} is not known: history is cut"
    return f"no version of {prompt} was active before {active}"


def _hint(told: History) -> str:
    if not told.complete:
        return "run `git fetch --unshallow`, or name the version with --to"
    return "name a version with --to; `lensops list` shows them"


def _check(tree: Tree, told: History, step: _Step) -> None:
    """The version must be there with the content that it had."""
    try:
        now = load_prompt(tree, step.prompt, step.version).digest
    except Invalid as error:
        raise UserError(str(error.problems[0]), "restore the file from git first") from None
    then = next((e for e in told.events if e.version == step.version), None)
    if then is not None and then.digest != now:
        words = f"{step.prompt} {step.version} is not what it was: its file was changed in place"
        raise Refused(words, f"restore it first: git checkout {then.commit[:10]} -- <its file>")


def _message(step: _Step, before: str) -> str:
    """What `git revert` would write, and which prompt it was."""
    undone, parents = step.undone, step.parents
    reverts = f"This reverts commit {undone.commit}"
    if len(parents) > 1:
        reverts += f", reversing\nchanges made to {parents[0]}"
    what = f"Rollback of {step.prompt} from {before} to {step.version}."
    return f'Revert "{undone.subject}"\n\n{reverts}.\n\n{what}'
