"""Comment: plan and gate of a branch against its base, composed and put on a pull request."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lensops.errors import UserError
from lensops.evals.protocols import Mode, ProgressListener
from lensops.flows.base import BaseSnapshot
from lensops.flows.choose_base import choose_base
from lensops.flows.gate import decide_project, open_sound_project
from lensops.flows.plan import compare_with_base
from lensops.flows.protected import LOCAL, WorkflowRun
from lensops.forge import Comment, GitHub, PullRequest
from lensops.forge.comments import marker_of, put_comment
from lensops.forge.event import read_event
from lensops.gate import GateResult
from lensops.manifest.locate import ProjectRef, find_manifest, prefix_of
from lensops.plan import Plan

API = "https://api.github.com"
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


def compose(
    ref: ProjectRef,
    base: str | None,
    *,
    run: WorkflowRun = LOCAL,
    mode: Mode = Mode.ASK,
    watch: ProgressListener | None = None,
) -> tuple[Plan, GateResult]:
    """Plan and gate against the merge base with `base`, or against the base of the event.

    Raises as both of them do, and `UserError` where there is no base.
    """
    project = open_sound_project(ref)
    snapshot = choose_base(project, base, run.event)
    if not isinstance(snapshot, BaseSnapshot):
        reason = snapshot.reason if snapshot else "which base is meant?"
        raise UserError(reason, "add --base, such as --base origin/main")
    plan = compare_with_base(project, snapshot)
    return plan, decide_project(project, snapshot, run, mode, watch)


def marker(ref: ProjectRef) -> str:
    """The hidden line by which the comment is found again.

    It names the manifest when the command line does, else its folder: so a manifest that was
    renamed, broken or deleted still has the same comment.
    """
    if ref.manifest is not None:
        folder = prefix_of((ref.directory / ref.manifest).parent)
        return marker_of(f"{folder}/{ref.manifest.name}".lstrip("/"))
    try:
        return marker_of(prefix_of(find_manifest(ref).parent) or ".")
    except UserError:
        return marker_of(prefix_of(ref.directory) or ".")


def post(token: str, body: str, marker: str, where: PullRequest, api: str | None) -> Comment:
    """Put the one comment with this marker on a pull request. Raises `RemoteFailed`."""
    return put_comment(GitHub(api or API, token, where), marker, body)


def pull_request(
    repository: str | None, number: int | None, environment: Mapping[str, str]
) -> PullRequest:
    """The pull request that is named, or that the workflow runs for.

    Raises `UserError` when neither names one.
    """
    repository = repository or environment.get("GITHUB_REPOSITORY")
    if number is None and (event := read_event(environment)) is not None:
        number = event.pull_request
    if not repository or not _REPOSITORY.fullmatch(repository):
        raise UserError("which repository is meant?", "add --repository owner/name")
    if number is None:
        raise UserError("which pull request is meant?", "add --pull-request NUMBER")
    return PullRequest(repository, number)
