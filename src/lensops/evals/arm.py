"""Arm: a version of a prompt as it is put to the cases of a suite, and what it answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lensops.evals.cases import Case, CaseFile
from lensops.evals.judging import Vote
from lensops.evals.protocols import AnswerRequest, Output
from lensops.evals.recorded import OutputRow
from lensops.manifest import Suite
from lensops.prompts import Prompt, digest

if TYPE_CHECKING:
    from lensops.evals.outputs import Outputs
    from lensops.evals.recordings import Recordings


class Answered(NamedTuple):
    """A case and what was answered: one output a sample, none when it is missing, and why."""

    case: Case
    outputs: tuple[Output, ...]
    inputs: Mapping[str, Any]  # those that the prompt uses, which the judge sees too
    why: str | None = None
    rows: tuple[OutputRow, ...] = ()  # as recorded, where they were
    ballots: tuple[tuple[Vote, ...], ...] = ()  # the judge's votes on each output
    is_unasked: bool = False  # the verdict was certain before


@dataclass(frozen=True)
class Arm:
    """A version under test: the prompt, who answers it, and how often."""

    prompt: Prompt
    model: str | None = None
    server: str | None = None
    samples: int = 1
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", frozenset(self.prompt.variables))

    @property
    def version(self) -> str:
        return self.prompt.version

    def inputs(self, case: Case) -> dict[str, Any]:
        """The inputs of a case that the prompt uses."""
        return {name: value for name, value in case.inputs.items() if name in self.names}

    def requests(self, case: Case) -> tuple[AnswerRequest, ...]:
        """The questions to be put; none when the case cannot fill a variable of this version."""
        inputs = self.inputs(case)
        if len(inputs) < len(self.names):
            return ()
        asked = case.id, self.prompt, inputs, self.model, self.server
        return tuple([AnswerRequest(*asked, sample) for sample in range(self.samples)])


@dataclass(frozen=True, slots=True)
class Side:
    """A version with what is recorded of it, and where new replies to it are written.

    `outputs` are those of a file, in place of its own.
    """

    arm: Arm
    recordings: Recordings
    path: Path
    outputs: Outputs | None = None
    cases: CaseFile | None = None  # those that there were when the base was recorded

    def is_new(self, case_id: str) -> bool:
        """Whether a case was not there when the base was recorded."""
        return self.cases is not None and case_id not in self.cases


def arm_of(prompt: Prompt, suite: Suite) -> Arm:
    """The arm of a prompt: the suite's model answers, or else the one that the prompt names."""
    return Arm(prompt, suite.model or prompt.model, suite.base_url, suite.samples)


def outputs_digest(answered: Answered) -> str:
    """Over the outputs of a case, with its id."""
    return digest("outputs", [answered.case.id, answered.outputs])
