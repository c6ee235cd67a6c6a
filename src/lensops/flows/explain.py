"""Explain: which requests of a case find their recordings, and which part of the others differs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lensops.errors import UserError
from lensops.evals.arm import arm_of
from lensops.evals.cases import Case, load_cases
from lensops.evals.explain import CaseExplained, Explained, explain
from lensops.evals.judging import grade_requests
from lensops.evals.protocols import AnswerRequest, GradeRequest
from lensops.evals.recordings import Recordings, read_recordings
from lensops.flows.project import Project
from lensops.manifest import suggestion


def explain_case(
    project: Project, case_id: str, suites: tuple[str, ...] = ()
) -> tuple[CaseExplained, ...]:
    """One explanation for each suite that has the case. Raises `UserError` when none has it."""
    explanations: list[CaseExplained] = []
    recordings: list[str] = []
    for name, suite in project.manifest.evals.items():
        if suites and name not in suites:
            continue
        cases = {case.id: case for case in load_cases(project.tree, suite.cases)}
        recordings += cases
        if case_id in cases:
            explanations.append(_of_suite(project, name, cases[case_id]))
    if not explanations:
        raise UserError(f"no eval has a case {case_id!r}", suggestion(case_id, recordings))
    return tuple(explanations)


def _of_suite(project: Project, name: str, case: Case) -> CaseExplained:
    suite = project.manifest.evals[name]
    arm = arm_of(project.active[project.manifest.prompt_of(name)], suite)
    path = project.manifest.recordings_of(name, arm.version)
    recordings = read_recordings(project.tree, path)
    recorded = [parts for file in recordings.files for parts in file.requests(case.id)]
    outputs = arm.requests(case)
    requests: list[AnswerRequest | GradeRequest] = [*outputs]
    if suite.judge is not None and suite.judge.model and suite.weights.get("judge"):
        for request in outputs:
            if (row := recordings.output(request)) is not None:
                requests += grade_requests(case.id, row.answer, arm.inputs(case), suite.judge)
    return CaseExplained(
        name, arm.version, path, case.id, tuple(_explanations(requests, recorded, recordings))
    )


def _explanations(
    requests: list[AnswerRequest | GradeRequest],
    recorded: list[tuple[str, dict[str, Any]]],
    recordings: Recordings,
) -> Iterator[Explained]:
    for request in requests:
        kind = "output" if isinstance(request, AnswerRequest) else "grade"
        yield explain(
            kind,
            request.digest,
            request.parts(),
            [parts for of, parts in recorded if of == kind],
            is_recorded=_is_known(request, recordings),
        )


def _is_known(request: AnswerRequest | GradeRequest, recordings: Recordings) -> bool:
    if isinstance(request, AnswerRequest):
        return recordings.output(request) is not None
    return recordings.grade(request) is not None
