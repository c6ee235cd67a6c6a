"""What the gate needs to know of evals: values that carry no room's types."""

from __future__ import annotations

from dataclasses import dataclass

from lensops.evidence import Outcome

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Compared:
    """A paired comparison with the base: head minus base, in mean score."""

    base: str
    difference: float | None
    interval: Interval | None
    margin: float
    confidence: float
    outcome: Outcome
    n: int
    n_needed: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """A suite's figures. `outcome` and `reasons` are what the eval itself says of them.

    `broken` are the must-pass cases that fail, with the reason; `undecided` those with nothing to
    go by; `must_pass` how many there are. `total` cases are asked for: `n` have a score, `missing`
    no output, `unscored` an output and no score, which may be a share of `max_missing`.
    """

    name: str
    mean: float | None
    interval: Interval | None
    threshold: float
    declared_threshold: float
    n: int
    total: int
    missing: int
    unscored: int
    neutral: int
    outcome: Outcome
    reasons: tuple[str, ...]
    recipe: str
    must_pass: int = 0
    broken: tuple[tuple[str, str], ...] = ()
    undecided: tuple[str, ...] = ()
    max_missing: float = 0.0
    min_cases: int = 0
    compared: Compared | None = None
