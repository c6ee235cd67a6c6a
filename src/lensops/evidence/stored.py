"""Results of earlier runs, read back from `lensops/eval/v1` and `lensops/drift/v1`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict


class Stored(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class EvalCase(Stored):
    """One scored case of a stored run."""

    id: str
    aggregate: float | None = None
    scores: dict[str, float | None] = {}


class Judged(Stored):
    """How many outputs a judge scored, and how many got the neutral grade or none."""

    scored: int = 0
    neutral: int = 0
    unscored: int = 0


class EvalRun(Stored):
    """One suite of one stored run."""

    name: str
    version: str
    mean_score: float | None = None
    threshold: float
    n: int
    passed: bool | None = None
    metrics: dict[str, float | None] = {}
    judge: Judged | None = None
    cases: tuple[EvalCase, ...] = ()


class DriftFeature(Stored):
    """One feature of a stored drift report."""

    name: str
    psi: float | None = None
    status: str
    evidence: str | None = None
    labels: tuple[str, ...] = ()
    edges: tuple[Any, ...] = ()
    baseline_counts: tuple[float, ...] = ()
    current_counts: tuple[float, ...] = ()
    p_value: float | None = None
    causes: tuple[str, ...] = ()


class DriftMonitor(Stored):
    """One monitor of a stored drift report."""

    name: str
    psi: float | None = None
    status: str
    features: tuple[DriftFeature, ...] = ()


class EvalFile(Stored):
    """A stored eval result."""

    evals: tuple[EvalRun, ...]


class DriftFile(Stored):
    """A stored drift report."""

    psi: float | None = None
    status: str
    monitors: tuple[DriftMonitor, ...]


@dataclass(frozen=True, slots=True)
class StoredEval:
    """A run of the evals and when it was."""

    at: datetime
    run: EvalRun


@dataclass(frozen=True, slots=True)
class StoredDrift:
    """A drift report and when it was."""

    at: datetime
    psi: float | None
    status: str
    monitors: tuple[DriftMonitor, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """What was read, oldest first, and what could not be read, and why."""

    evals: tuple[StoredEval, ...]
    drifts: tuple[StoredDrift, ...]
    broken: tuple[str, ...]
