"""What a gate gives: the verdict, and the results that it was made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lensops.evidence import Base, Verdict

if TYPE_CHECKING:
    from lensops.drift.results import DriftRun
    from lensops.evals.result import EvalRun


@dataclass(frozen=True, slots=True)
class GateResult:
    """A verdict; `evals` and `drift` are None where the manifest declares none.

    `base` is what was compared with, also where that is the gated commit itself, which is no base
    to the verdict. `next_command` is what to run after anything but a pass.
    """

    verdict: Verdict
    evals: EvalRun | None = None
    drift: DriftRun | None = None
    base: Base | None = None
    next_command: str | None = None
