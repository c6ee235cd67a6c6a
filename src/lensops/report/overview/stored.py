"""Results of earlier runs, read back from `lensops/eval/v1` and `lensops/drift/v1`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict


class _Stored(BaseModel):
    """Keys that are not listed are left unread: a newer version may write more."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class StoredCheck(_Stored):
    """Whether a check held of an output."""

    kind: str
    passed: bool
    reason: str = ""


class StoredCase(_Stored):
    """One scored case of a stored run; `inputs` and `references` are newer keys."""

    id: str
    aggregate: float | None = None
    scores: dict[str, float | None] = {}
    group: str | None = None
    must_pass: bool = False
    broken: str | None = None
    reasons: dict[str, str] = {}
    judged: str | None = None
    grades: dict[str, float] = {}
    checks: tuple[StoredCheck, ...] = ()
    output: Any = None
    inputs: dict[str, Any] = {}
    references: tuple[str, ...] = ()


class StoredUsage(_Stored):
    """What outputs or votes took, and who gave them; null where it is not known."""

    tokens: int | None = None  # in and out together
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    latency_p95: float | None = None
    models: tuple[str, ...] = ()


class StoredJudge(_Stored):
    """How many outputs a judge scored, and how many got the neutral grade or none."""

    model: str | None = None
    scored: int = 0
    neutral: int = 0
    unscored: int = 0
    reason: str | None = None
    failure: str | None = None
    usage: StoredUsage | None = None


class StoredRegression(_Stored):
    """The comparison with the base of the pull request."""

    base_version: str
    difference: float | None = None
    interval: tuple[float, float] | None = None
    margin: float = 0.0
    outcome: str = "inconclusive"
    reason: str = ""
    base_usage: StoredUsage | None = None


class StoredRef(_Stored):
    """A file beside a result."""

    path: str


class StoredSuite(_Stored):
    """One suite of one stored run."""

    name: str
    prompt: str | None = None
    version: str
    mean_score: float | None = None
    interval: tuple[float, float] | None = None
    threshold: float
    n: int
    total: int | None = None
    missing: int = 0
    unscored: int = 0
    unasked: int = 0
    passed: bool | None = None
    reasons: tuple[str, ...] = ()
    weights: dict[str, float] = {}
    metrics: dict[str, float | None] = {}
    judge: StoredJudge | None = None
    regression: StoredRegression | None = None
    usage: StoredUsage | None = None
    cases: tuple[StoredCase, ...] = ()
    cases_ref: StoredRef | None = None  # where they are, of very many


class StoredBands(_Stored):
    """The limits that a feature was held against."""

    warning: float
    critical: float


class StoredFeature(_Stored):
    """One feature of a stored drift report."""

    name: str
    type: str | None = None
    psi: float | None = None
    status: str
    evidence: str | None = None
    bands: StoredBands | None = None
    labels: tuple[str, ...] = ()
    edges: tuple[Any, ...] = ()
    baseline_counts: tuple[float, ...] = ()
    current_counts: tuple[float, ...] = ()
    p_value: float | None = None
    rows_needed: float | None = None
    causes: tuple[str, ...] = ()


class StoredSegment(_Stored):
    """One segment of a monitor that counts by a column."""

    segment: str
    psi: float | None = None
    status: str
    n_baseline: int = 0
    n_current: int = 0


class StoredMonitor(_Stored):
    """One monitor of a stored drift report."""

    name: str
    psi: float | None = None
    status: str
    outcome: str | None = None
    reasons: tuple[str, ...] = ()
    baseline_date: str | None = None
    current_date: str | None = None
    n_baseline: int | None = None
    n_current: int | None = None
    by: str | None = None
    segments: tuple[StoredSegment, ...] = ()
    features: tuple[StoredFeature, ...] = ()


class StoredFile(_Stored):
    """What every result says: when it was made, and about which release."""

    time: AwareDatetime | None = None
    release: str | None = None


class EvalFile(StoredFile):
    """A stored eval result."""

    evals: tuple[StoredSuite, ...]


class DriftFile(StoredFile):
    """A stored drift report."""

    psi: float | None = None
    status: str
    monitors: tuple[StoredMonitor, ...]


@dataclass(frozen=True, slots=True)
class StoredEval:
    """A suite of a run of the evals; `time` is UTC, None where the result does not state it."""

    time: datetime | None
    suite: StoredSuite
    release: str | None = None


@dataclass(frozen=True, slots=True)
class StoredDrift:
    """A drift report; `time` is UTC, None where the report does not state it."""

    time: datetime | None
    report: DriftFile


@dataclass(frozen=True, slots=True)
class Results:
    """What was read, oldest first, and what could not be read, and why."""

    evals: tuple[StoredEval, ...]
    drifts: tuple[StoredDrift, ...]
    broken: tuple[str, ...]
