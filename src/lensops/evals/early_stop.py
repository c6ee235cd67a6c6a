"""Early stop: whether what remains of a suite can still change its verdict.

The rule is curtailment, not a test of its own: it stops only where every possible rest gives the
same verdict, so that its errors are those of the whole run.
"""

from __future__ import annotations

from dataclasses import dataclass

from lensops.evals.interval import meets
from lensops.manifest import Suite

STEP = 10  # cases between two looks, or as many as are asked at once
NOT_ASKED = "it was not asked: the verdict was certain (stop: early)"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a run knows so far, in cases. `total` counts those that are still to come as well."""

    total: int
    scored: int
    score: float  # their sum
    broken: int = 0  # must-pass cases that fail
    open: int = 0  # must-pass cases that are to come, or have nothing to go by
    lacking: int = 0  # cases without an output or a score
    neutral: int = 0
    failed_votes: float = 0.0  # their share


@dataclass(frozen=True, slots=True)
class EarlyStop:
    """How a suite stops early. With a base only a fail can be certain: every pair counts there."""

    suite: Suite
    threshold: float
    has_base: bool

    @property
    def step(self) -> int:
        """Cases between two looks."""
        return max(STEP, self.suite.limits.concurrency)

    def is_certain(self, standing: Standing) -> bool:
        """Whether no rest can change the verdict."""
        return self._fails(standing) or self._passes(standing)

    def _fails(self, now: Standing) -> bool:
        """A must-pass case is broken, or even with 1 for all the rest the mean is too low."""
        if now.broken:
            return True
        if now.neutral or not now.total:
            return False
        best = (now.score + now.total - now.scored) / now.total
        return not meets(best, self.threshold)

    def _passes(self, now: Standing) -> bool:
        """Even with 0 for all the rest the mean is high enough, and no other rule is open."""
        suite = self.suite
        is_open = self.has_base or now.open or now.neutral or now.scored < suite.min_cases
        if is_open or any(limit is not None for _, limit in suite.budget):
            return False
        is_lacking = now.lacking > suite.max_missing * now.total
        if is_lacking or now.failed_votes > suite.max_missing:
            return False
        return now.total > 0 and meets(now.score / now.total, self.threshold)
