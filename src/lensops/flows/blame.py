"""Blame: read a trace, and find the records that served what answered in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from lensops.errors import UserError
from lensops.flows.log import find_pull_request
from lensops.flows.project import Opened, open_project
from lensops.flows.targets import select_targets, target_of
from lensops.manifest.locate import ProjectRef
from lensops.release.traces import parse_documents, read_answers
from lensops.targets.served import Blame, ReleaseBlame, blame_releases

MAX_BYTES = 1 << 30


def blame(
    ref: ProjectRef,
    trace: Path,
    *,
    targets: Collection[str] = (),
) -> Blame:
    """The releases that answered in a trace of OTLP JSON.

    Raises `UserError` for a file that is none, and `RemoteFailed`.
    """
    try:
        documents = parse_documents(_read_trace(trace))
    except ValueError as error:
        hint = "give the OTLP JSON that a collector's file exporter writes"
        raise UserError(f"{trace.name} is no trace: {error}", hint) from None
    project = open_project(ref)
    names = select_targets(project.manifest, targets)
    logs = {name: target_of(project, name).log() for name in names}
    blamed = blame_releases(read_answers(documents), logs)
    return replace(
        blamed, releases=tuple(_with_requests(project, release) for release in blamed.releases)
    )


def _with_requests(project: Opened, release: ReleaseBlame) -> ReleaseBlame:
    served = tuple(
        replace(s, pull_request=find_pull_request(project.repository, s.entry.record.commit))
        for s in release.served
    )
    return replace(release, served=served)


def _read_trace(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise UserError(f"cannot read {path.name}: {reason}", "check the path") from None
    if len(data) > MAX_BYTES:
        raise UserError(f"{path.name} is larger than {MAX_BYTES:,} bytes", "split it by time")
    return data.decode("utf-8", "replace")
