"""Results: what scoring suites gives, as values that reports and the gate read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from lensops.errors import Location
from lensops.evals.usage import Usage
from lensops.evidence import Base, Finding, Outcome, Reading, join_outcomes
from lensops.manifest.budget import Budget

Interval = tuple[float, float]


class CheckResult(NamedTuple):
    """Whether a check holds of an output, and why not."""

    kind: str
    passed: bool
    reason: str = ""
    is_open: bool = False  # it could not be held against the output


_NONE: Mapping[str, Any] = MappingProxyType({})


class CaseScore(NamedTuple):
    """One case under one version. `aggregate` is None where a weighted part is missing.

    `reasons` says, by metric, why a part has no figure or a neutral one. `judged` is `scored`,
    `neutral`, `unscored`, or None when no judge is weighted.
    """

    id: str
    group: str | None
    must_pass: bool
    scores: Mapping[str, float | None]
    aggregate: float | None
    reasons: Mapping[str, str] = _NONE
    checks: tuple[CheckResult, ...] = ()
    outputs: tuple[Any, ...] = ()  # one for each sample; none: missing
    inputs: Mapping[str, Any] = _NONE  # those that the prompt uses
    references: tuple[str, ...] = ()
    models: tuple[str | None, ...] = ()  # who gave each output, where that is recorded
    judged: str | None = None
    grades: Mapping[str, float] = _NONE  # mean grade 1 to 5 by dimension
    broken: str | None = None  # why a must-pass case fails the gate
    is_unasked: bool = False  # the verdict was certain before
    is_cut: bool = False  # an output ended before the model was done

    @property
    def missing(self) -> bool:
        """Whether there is no output to score, though one was asked for."""
        return not self.outputs and not self.is_unasked

    @property
    def is_undecided(self) -> bool:
        """Whether a must-pass case has neither an output nor a score to go by."""
        has_none = not self.outputs or (not self.checks and self.aggregate is None)
        return self.must_pass and (has_none or any(check.is_open for check in self.checks))

    @property
    def output(self) -> Any:
        """The first output, or None."""
        return self.outputs[0] if self.outputs else None


@dataclass(frozen=True, slots=True)
class JudgeTotals:
    """How the judge's part of the scores came about, in cases.

    `agreement` is the share of pairs of votes on the same output and dimension that are equal;
    None with one vote an output.
    """

    model: str | None
    scored: int = 0
    neutral: int = 0
    unscored: int = 0
    agreement: float | None = None
    reason: str | None = None  # why no judge could be asked
    votes: int = 0  # that should be there
    failed: int = 0  # of them, those that gave no valid verdict or are missing
    failure: str | None = None  # why the first of those failed
    by: tuple[str, ...] = ()  # the models that the replies name, such as a dated one
    usage: Usage | None = None  # of the votes


@dataclass(frozen=True, slots=True)
class Flip:
    """A case that crossed the threshold between base and head."""

    id: str
    base: CaseScore
    head: CaseScore


@dataclass(frozen=True, slots=True)
class Regression:
    """The paired comparison with the base: head minus base, in score.

    `n_needed` is the number of cases that would decide, at the difference and spread observed;
    None when it is decided, or when no number would.
    """

    base_version: str
    difference: float | None
    interval: Interval | None
    margin: float
    confidence: float
    outcome: Outcome
    n: int
    identical: int
    n_needed: int | None = None
    reason: str = ""
    flips: tuple[Flip, ...] = ()  # not all where there are very many
    won: int = 0  # cases that rose over the threshold
    lost: int = 0
    base_mean: float | None = None
    base_usage: Usage | None = None
    left_out: int = 0  # new cases of which the base has no output
    unasked: int = 0  # cases that one of the versions was not asked


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A row of the branch that says otherwise than the base's row of the same request."""

    case: str
    kind: str  # output or grade
    location: Location


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """How many cases must pass, do not, or may not be known to; how many are low or broken.

    Of these a result names not more than some.
    """

    must_pass: int = 0
    broken: int = 0
    undecided: int = 0
    low: int = 0


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """One suite's result. `n` counts the cases that have a score; the mean is over these.

    `total` counts all cases, `missing` those without an output, `unscored` those with an output
    but without a score.
    """

    name: str
    prompt: str
    version: str
    n: int
    total: int
    missing: int
    unscored: int
    mean: float | None
    interval: Interval | None
    confidence: float
    threshold: float
    declared_threshold: float
    weights: Mapping[str, float]
    metrics: Mapping[str, float | None]
    signatures: Mapping[str, str]
    counts: CaseCounts = CaseCounts()
    cases: tuple[CaseScore, ...] = ()  # none where there are more than are held
    worst: tuple[CaseScore, ...] = ()  # broken ones, those without a score, then the lowest
    broken: tuple[CaseScore, ...] = ()  # must-pass cases that fail
    undecided: tuple[str, ...] = ()  # must-pass cases with nothing to go by
    judge: JudgeTotals | None = None
    regression: Regression | None = None
    usage: Usage | None = None  # of the outputs
    budget: Budget = field(default_factory=Budget)
    contradictions: tuple[Contradiction, ...] = ()
    notes: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)  # cases, outputs, judge
    max_missing: float = 0.0  # share of cases that may lack a score
    min_cases: int = 1
    unasked: int = 0  # cases that were not asked, because the verdict was certain
    findings: tuple[Finding, ...] = ()  # those that stop it first

    @property
    def outcome(self) -> Outcome:
        """The join of the findings: what the suite says in an eval and in the gate."""
        return join_outcomes(finding.outcome for finding in self.findings)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What decided, in words; notes are not among them."""
        decided = (f for f in self.findings if f.outcome is not Outcome.NOTE)
        return tuple(finding.message for finding in decided)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The mean score and the difference from the base, where there is such a figure."""
        return tuple(self._readings())

    def _readings(self) -> Iterator[Reading]:
        if self.mean is not None:
            recipe = "; ".join(self.signatures.values())
            recipe += f"; stopped early, {self.unasked} not asked" if self.unasked else ""
            yield Reading("mean_score", self.name, self.mean, self.n, recipe, self.interval)
        if (compared := self.regression) and compared.difference is not None:
            recipe = f"paired difference from {compared.base_version}"
            recipe += f", {compared.confidence:.0%} interval"
            yield Reading(
                "difference", self.name, compared.difference, compared.n, recipe, compared.interval
            )

    @property
    def passed(self) -> bool | None:
        """True, False, or None for inconclusive."""
        return {Outcome.PASS: True, Outcome.FAIL: False}.get(self.outcome)

    @property
    def overridden(self) -> bool:
        """Whether the threshold is not the manifest's."""
        return self.threshold != self.declared_threshold


@dataclass(frozen=True, slots=True)
class EvalRun:
    """The results of the suites, in the order of the manifest, and the base of the comparison."""

    results: tuple[SuiteResult, ...]
    base: Base | None = None

    @property
    def outcome(self) -> Outcome:
        """Fail when a suite fails, inconclusive when one is or when there is none."""
        return join_outcomes(result.outcome for result in self.results)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all suites."""
        return tuple(finding for result in self.results for finding in result.findings)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The readings of all suites."""
        return tuple(reading for result in self.results for reading in result.readings)
