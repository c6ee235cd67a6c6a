"""Commit imported activations, one commit each, on a branch of its own for review."""

from __future__ import annotations

import re
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
        for activation in activations:
            files[below + prepared.manifest] = _manifest(prepared, activation.version)
            message = f"Activate {activation.version} of {activation.prompt}"
            tip = write_commit(repository.git, tip, files, message, _people(activation))
            files = {}
        repository.git.capture("update-ref", f"refs/heads/{BRANCH}", tip or "", "")
    return BRANCH


def _with_active(prepared: Import) -> list[Activation]:
    """The activations, and one of now where the active version is not that of the last."""
    activations = list(prepared.bundle.activations)
    if not activations:
        raise UserError("the source has no activations", "leave --history away")
    prompt = activations[-1].prompt
    active = prepared.bundle.prompts[prompt]["active"]
    if active != activations[-1].version:
        activations.append(Activation(prompt, active, datetime.now(UTC).replace(microsecond=0)))
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


def _manifest(prepared: Import, version: str) -> bytes:
    prompt = prepared.bundle.activations[0].prompt
    return set_text(prepared.new, prepared.manifest, ("prompts", prompt, "active"), version)


def _people(activation: Activation) -> dict[str, str]:
    """git's variables: the entry's time and author; the committer is the user of now."""
    variables = {"GIT_AUTHOR_DATE": activation.time.strftime("%Y-%m-%dT%H:%M:%S%z")}
    if activation.author:
        match = re.fullmatch(r"(.*?)\s*<(.*)>", activation.author)
        name, mail = (match[1], match[2]) if match else (activation.author, "unknown")
        variables |= {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail}
    return variables
