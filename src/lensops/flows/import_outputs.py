"""Write imported outputs as recordings, under the digests of the requests that would be sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from lensops.errors import Invalid
from lensops.evals.arm import arm_of
from lensops.evals.cases import load_cases
from lensops.evals.protocols import AnswerReply
from lensops.evals.recorded import lines_of
from lensops.files import create_exclusive
from lensops.flows.project import Opened, open_project
from lensops.interchange import Import
from lensops.manifest.locate import ProjectRef
from lensops.prompts import load_prompt, locate_prompt


def write_outputs(prepared: Import) -> list[str]:
    """The recording files that were written. Raises `Invalid` when the project is not sound."""
    if not prepared.bundle.outputs:
        return []
    project = open_project(ProjectRef(prepared.tree.root))
    time = datetime.now(UTC).isoformat(timespec="seconds")
    written = []
    for suite, versions in prepared.bundle.outputs.items():
        for version, outputs in versions.items():
            path = project.manifest.recordings_of(suite, version)
            data = lines_of(_replies(project, suite, version, outputs), time)
            if data and create_exclusive(prepared.tree.path(path), data):
                written.append(path)
    return written


def _replies(
    project: Opened, name: str, version: str, outputs: Mapping[str, Any]
) -> Iterator[AnswerReply]:
    suite = project.manifest.evals[name]
    files = locate_prompt(project.manifest, project.manifest.prompt_of(name))
    try:
        arm = arm_of(load_prompt(project.tree, files, version), suite)
    except Invalid:
        return
    for case in load_cases(project.tree, suite.cases):
        if case.id in outputs:
            for request in arm.requests(case):
                yield AnswerReply(request, outputs[case.id])
