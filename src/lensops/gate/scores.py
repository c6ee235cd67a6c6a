"""What an eval's figures mean for the gate: threshold, missing outputs, must-pass, regression."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lensops.evidence import Finding, Outcome, Reading
from lensops.gate.facts import Scored

SHOWN = 20  # must-pass cases that have a finding of their own


def score_findings(suite: Scored) -> Iterator[Finding]:
    """A finding for each rule. Together they are never milder than the eval's own outcome."""
    found = [finding for rule in RULES.values() for finding in rule(suite)]
    yield from found
    if suite.outcome is not Outcome.PASS and all(f.outcome is not suite.outcome for f in found):
        message = "; ".join(suite.reasons) or f"the eval is {suite.outcome}"
        yield Finding("eval", suite.name, suite.outcome, message)


def score_readings(suite: Scored) -> Iterator[Reading]:
    """The mean score, and the difference from the base; nothing where there is no figure."""
    if suite.mean is not None and math.isfinite(suite.mean) and suite.n:
        yield Reading("mean_score", suite.name, suite.mean, suite.n, suite.recipe, suite.interval)
    if (compared := suite.compared) and compared.difference is not None:
        recipe = f"paired difference from {compared.base}, {compared.confidence:.0%} interval"
        yield Reading(
            "difference", suite.name, compared.difference, compared.n, recipe, compared.interval
        )


def _threshold(suite: Scored) -> Iterator[Finding]:
    mean, limit = suite.mean, suite.threshold
    if mean is None or not suite.n or not math.isfinite(mean):
        message = "no case was scored" if suite.total else "there are no cases"
        yield Finding("threshold", suite.name, Outcome.INCONCLUSIVE, message, None, limit)
        return
    outcome = Outcome.PASS if mean >= limit else Outcome.FAIL
    words = "is not below" if outcome is Outcome.PASS else "is below"
    message = f"mean score {mean:.4f} of {suite.n} cases {words} {limit:g}"
    if suite.threshold != suite.declared_threshold:
        message += f" (override; the manifest says {suite.declared_threshold:g})"
    yield Finding("threshold", suite.name, outcome, message, mean, limit)


def _must_pass(suite: Scored) -> Iterator[Finding]:
    for case, reason in suite.broken[:SHOWN]:
        message = f"{case} must pass and does not: {reason}"
        yield Finding("must_pass", f"{suite.name}/{case}", Outcome.FAIL, message)
    more = len(suite.broken) - SHOWN
    if more > 0:
        message = f"{more} more cases that must pass do not"
        yield Finding("must_pass", suite.name, Outcome.FAIL, message, float(len(suite.broken)), 0.0)
    if suite.must_pass and not suite.broken:
        message = f"all {suite.must_pass} cases that must pass do"
        if suite.must_pass == 1:
            message = "the one case that must pass does"
        yield Finding("must_pass", suite.name, Outcome.PASS, message, 0.0, 0.0)


def _judged(suite: Scored) -> Iterator[Finding]:
    if suite.neutral:
        message = (
            f"{suite.neutral} of {suite.total} cases were not judged and have the neutral 0.75"
        )
        yield Finding("judge", suite.name, Outcome.NOTE, message, float(suite.neutral))


def _regression(suite: Scored) -> Iterator[Finding]:
    compared = suite.compared
    if compared is None:
        return
    if compared.difference is None:
        outcome = Outcome.INCONCLUSIVE if compared.outcome is Outcome.PASS else compared.outcome
        message = compared.reason or "the base could not be compared"
        yield Finding("regression", suite.name, outcome, message, None, -compared.margin)
        return
    message = f"{compared.difference:+.4f} against {compared.base}"
    if compared.interval is not None:
        message += f" [{compared.interval[0]:+.4f}, {compared.interval[1]:+.4f}]"
    message += f", margin {compared.margin:g}"
    if compared.n_needed is not None:
        message += f"; about {compared.n_needed} cases would decide"
    yield Finding(
        "regression", suite.name, compared.outcome, message, compared.difference, -compared.margin
    )


RULES: dict[str, Callable[[Scored], Iterator[Finding]]] = {
    "threshold": _threshold,
    "must_pass": _must_pass,
    "regression": _regression,
    "judge": _judged,
}
