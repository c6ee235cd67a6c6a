"""Commit imported activations, one commit each, on a branch of its own for review."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from lensops.errors import UserError
from lensops.git import Repository, open_repository
from lensops.git.writing import write_commit
from lensops.interchange import Activation, Import
from lensops.manifest.edit import set_text

BRANCH = "lensops/import-history"


def commit_history(prepared: Import) -> str:
    """The branch with a commit for each activation, the entry's time as its author date.

    It starts at HEAD; nothing in the work tree changes. Raises `UserError` when there is nothing
    to commit, the branch exists, or git has activations of the prompt already.
    """
    activations = _with_active(prepared)
    with open_repository(prepared.tree.root) as repository:
        _check(prepared, repository)
        prefix = repository.relative(prepared.tree.root)
        below = "" if prefix in {"", "."} else f"{prefix}/"
        tip = repository.head()
        files = {below + name: data for name, data in prepared.files.items()}
        actives = {activation.prompt: activation.version for activation in reversed(activations)}
        for activation in activations:
            actives[activation.prompt] = activation.version
            files[below + prepared.manifest] = _manifest(prepared, actives)
            message = f"Activate {activation.version} of {activation.prompt}"
            tip = write_commit(repository.git, tip, files, message, _people(activation))
            files = {}
        repository.git.capture("update-ref", f"refs/heads/{BRANCH}", tip or "", "")
    return BRANCH


def _with_active(prepared: Import) -> list[Activation]:
    """The activations, and one of now where a version is active that is not the last."""
    activations = list(prepared.bundle.activations)
    if not activations:
        raise UserError("the source has no activations", "leave --history away")
    now = datetime.now(UTC).replace(microsecond=0)
    for prompt, last in {entry.prompt: entry.version for entry in activations}.items():
        active = prepared.bundle.prompts[prompt]["active"]
        activations += [Activation(prompt, active, now)] if active != last else []
    return activations


def _check(prepared: Import, repository: Repository) -> None:
    if repository.head() is None:
        raise UserError("there is no commit yet", "commit the prompts first")
    if repository.git.line_or_none("rev-parse", "--verify", "--quiet", f"refs/heads/{BRANCH}"):
        hint = f"merge it, or delete it with `git branch -D {BRANCH}`"
        raise UserError(f"there is a branch {BRANCH} already", hint)
    if prepared.old == prepared.new:
        problem = f"{prepared.manifest} has the prompt already, and git its history"
        raise UserError(problem, "--history is for the first import of a prompt")


def _manifest(prepared: Import, actives: Mapping[str, str]) -> bytes:
    """The manifest with these versions active."""
    data = prepared.new
    for prompt, version in actives.items():
        data = set_text(data, prepared.manifest, ("prompts", prompt, "active"), version)
    return data


def _people(activation: Activation) -> dict[str, str]:
    """git's variables: the entry's time, which history shows, and author; the committer is you."""
    when = activation.time.strftime("%Y-%m-%dT%H:%M:%S%z")
    variables = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    if activation.author:
        match = re.fullmatch(r"(.*?)\s*<(.*)>", activation.author)
        name, mail = (match[1], match[2]) if match else (activation.author, "unknown")
        variables |= {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail}
    return variables
