"""Comment: plan and gate of a branch against its base, composed and put on a pull request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lensops.errors import UserError
from lensops.flows.asking import Mode, Watch
from lensops.flows.base import plan_base
from lensops.flows.gate import Gated, gate
from lensops.forge import Comment, GitHub, PullRequest
from lensops.forge.comments import marker_of, put
from lensops.plan import Plan

API = "https://api.github.com"


@dataclass(frozen=True, slots=True)
class Composed:
    """What a comment tells: what changes, and whether it may."""

    plan: Plan
    gated: Gated

    @property
    def marker(self) -> str:
        """The hidden line by which the comment is found again."""
        project = self.gated.project
        return marker_of(project.manifest.project, project.file.path)


def compose(
    directory: Path,
    manifest: Path | None,
    base: str,
    *,
    mode: Mode = Mode.ASK,
    watch: Watch | None = None,
) -> Composed:
    """Plan and gate against the merge base with `base`. Raises as both of them do."""
    planned = plan_base(directory, manifest, base)
    return Composed(planned, gate(directory, manifest, base=base, mode=mode, watch=watch))


def post(
    composed: Composed, body: str, where: PullRequest, environment: Mapping[str, str]
) -> Comment:
    """Put the one comment of this manifest on a pull request.

    Raises `UserError` without a token, `RemoteFailed` when the host refuses.
    """
    token = environment.get("GITHUB_TOKEN", "")
    if not token:
        raise UserError(
            "there is no GITHUB_TOKEN", "give the step `GITHUB_TOKEN: ${{ github.token }}`"
        )
    github = GitHub(environment.get("GITHUB_API_URL") or API, token, where)
    return put(github, composed.marker, body)


def pull_request(
    repository: str | None, number: int | None, environment: Mapping[str, str]
) -> PullRequest:
    """The pull request that is named, or that the workflow runs for.

    Raises `UserError` when neither says it.
    """
    repository = repository or environment.get("GITHUB_REPOSITORY")
    number = number if number is not None else _event_number(environment)
    if not repository or repository.count("/") != 1:
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
