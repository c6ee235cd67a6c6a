"""Outputs made elsewhere, in place of a version's own; kept as its recordings on request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lensops.evals.arm import Answered, Arm
from lensops.evals.cases import Case
from lensops.evals.outputs import mismatch_notes, read_outputs
from lensops.evals.protocols import AnswerReply
from lensops.evals.recordings import Recordings
from lensops.files import Folder


def given(arm: Arm, cases: Sequence[Case], file: Path) -> tuple[list[Answered], tuple[str, ...]]:
    """Each case with its output in the file, and what to say of ids that do not match.

    Raises `Invalid` with all problems of the file.
    """
    path = file.resolve()
    outputs = read_outputs(Folder(path.parent), path.name, {case.id: None for case in cases})
    answered = [
        Answered(case, found, arm.inputs(case), None if found else f"{file.name} has none")
        for case in cases
        for found in (outputs.of(case.id),)
    ]
    return answered, tuple(mismatch_notes(outputs, file.name))


def as_replies(arm: Arm, answered: Sequence[Answered], known: Recordings) -> Iterator[AnswerReply]:
    """The outputs as replies of a version to be recorded; those that are recorded already are not.

    Nobody says which model made them, so no model, tokens or time are written.
    """
    for each in answered:
        for request, output in zip(arm.requests(each.case), each.outputs, strict=False):
            if known.output(request) != output:
                yield AnswerReply(request, output)
