"""Against the base: two versions' scores of the same cases become one comparison."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from lensops.evals.regression import Pair, compare
from lensops.evals.result import CaseScore, Flip, Regression
from lensops.evals.scoring import meets
from lensops.evidence import Outcome
from lensops.manifest import Suite


def regression_of(
    base_version: str,
    base: Sequence[CaseScore],
    head: Sequence[CaseScore],
    suite: Suite,
    threshold: float,
) -> Regression:
    """The comparison of both versions on the cases that have a score in both."""
    before = {case.id: case for case in base}
    both = [(before[case.id], case) for case in head if case.id in before]
    known = [
        (Pair(after.cluster, first.aggregate, after.aggregate, first.outputs == after.outputs))
        for first, after in both
        if first.aggregate is not None and after.aggregate is not None
    ]
    rule = suite.regression
    found = compare(known, rule.margin, rule.confidence)
    lacking = len(head) - len(known)
    outcome, reason = found.outcome, found.reason
    if lacking > suite.max_missing * len(head) and known:
        outcome = Outcome.INCONCLUSIVE
        reason = f"{lacking} of {len(head)} cases lack a score in one version; {reason}"
    return Regression(
        base_version=base_version,
        difference=found.difference,
        interval=found.interval,
        margin=rule.margin,
        confidence=rule.confidence,
        outcome=outcome,
        n=len(known),
        identical=sum(pair.identical for pair in known),
        n_needed=found.n_needed,
        reason=reason,
        flips=tuple(_flips(both, threshold)),
        base_mean=math.fsum(pair.base for pair in known) / len(known) if known else None,
    )


def _flips(both: Sequence[tuple[CaseScore, CaseScore]], threshold: float) -> Iterator[Flip]:
    for first, after in both:
        if first.aggregate is None or after.aggregate is None or first is after:
            continue
        if meets(first.aggregate, threshold) != meets(after.aggregate, threshold):
            yield Flip(after.id, first, after)
