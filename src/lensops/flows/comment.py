"""Comment: plan and gate of a branch against its base, composed and put on a pull request."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lensops.errors import UserError
from lensops.flows.gate import Gated, gate
from lensops.flows.plan_base import plan_base
from lensops.flows.run_options import Mode, ProgressListener
from lensops.forge import Comment, GitHub, PullRequest
from lensops.forge.comments import marker_of, put_comment
from lensops.manifest.locate import find_manifest, prefix_of
from lensops.plan import Plan

API = "https://api.github.com"
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Composed:
    """What a comment shows: what changes, and whether it may."""

    plan: Plan
    gated: Gated


def compose(
    directory: Path,
    manifest: Path | None,
    base: str,
    *,
    mode: Mode = Mode.ASK,
    watch: ProgressListener | None = None,
) -> Composed:
    """Plan and gate against the merge base with `base`. Raises as both of them do."""
    planned = plan_base(directory, manifest, base)
    return Composed(planned, gate(directory, manifest, base=base, mode=mode, watch=watch))


def marker(directory: Path, manifest: Path | None) -> str:
    """The hidden line by which the comment is found again.

    It names the manifest when the command line does, else its folder: so a manifest that was
    renamed, broken or deleted still has the same comment.
    """
    if manifest is not None:
        folder = prefix_of((directory / manifest).parent)
        return marker_of(f"{folder}/{manifest.name}".lstrip("/"))
    try:
        return marker_of(prefix_of(find_manifest(directory, None).parent) or ".")
    except UserError:
        return marker_of(prefix_of(directory) or ".")


def post(token: str, body: str, marker: str, where: PullRequest, api: str | None) -> Comment:
    """Put the one comment with this marker on a pull request. Raises `RemoteFailed`."""
    return put_comment(GitHub(api or API, token, where), marker, body)


def take_token(environment: MutableMapping[str, str]) -> str:
    """The token, which leaves the environment: no `${GITHUB_TOKEN}` in a manifest gets it."""
    return environment.pop("GITHUB_TOKEN", "").strip()


def pull_request(
    repository: str | None, number: int | None, environment: Mapping[str, str]
) -> PullRequest:
    """The pull request that is named, or that the workflow runs for.

    Raises `UserError` when neither names one.
    """
    repository = repository or environment.get("GITHUB_REPOSITORY")
    number = number if number is not None else _event_number(environment)
    if not repository or not _REPOSITORY.fullmatch(repository):
        raise UserError("which repository is meant?", "add --repository owner/name")
    if number is None:
        raise UserError("which pull request is meant?", "add --pull-request NUMBER")
    return PullRequest(repository, number)


def _event_number(environment: Mapping[str, str]) -> int | None:
    path = environment.get("GITHUB_EVENT_PATH")
    if not path:
        return None
    try:
        event: Any = json.loads(Path(path).read_bytes())
        number = event["pull_request"]["number"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return number if isinstance(number, int) else None
