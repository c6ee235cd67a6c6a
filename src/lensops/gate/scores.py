"""What an eval's figures mean for the gate: threshold, missing outputs, must-pass, regression."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lensops.evidence import Finding, Outcome, Reading
from lensops.gate.facts import Scored

SHOWN = 20  # must-pass cases that have a finding of their own
NAMED = 5  # cases that a finding names
ENOUGH = 1e-9  # a sum of parts may end this little below the limit that it equals, as in evals


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
    message = f"mean score {mean:.4f} of {suite.n} cases "
    outcome = Outcome.PASS if mean >= limit - ENOUGH else Outcome.FAIL
    message += f"{'is not' if outcome is Outcome.PASS else 'is'} below {limit:g}"
    if outcome is Outcome.FAIL and suite.outcome is Outcome.INCONCLUSIVE:
        outcome = Outcome.INCONCLUSIVE
        message += f", which the {suite.total - suite.n} without a score may yet turn"
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
    if suite.undecided:
        names = ", ".join(suite.undecided[:NAMED]) + (", …" if len(suite.undecided) > NAMED else "")
        message = f"{len(suite.undecided)} of {suite.must_pass} cases that must pass have no output"
        yield Finding("must_pass", suite.name, Outcome.INCONCLUSIVE, f"{message}: {names}")
    if suite.must_pass and not suite.broken and not suite.undecided:
        message = f"all {suite.must_pass} cases that must pass do"
        if suite.must_pass == 1:
            message = "the one case that must pass does"
        yield Finding("must_pass", suite.name, Outcome.PASS, message, 0.0, 0.0)


def _missing(suite: Scored) -> Iterator[Finding]:
    lacking = suite.missing + suite.unscored
    if not lacking or not suite.total:
        return
    counts = ((suite.missing, "no output"), (suite.unscored, "no score"))
    told = " and ".join(f"{count} have {what}" for count, what in counts if count)
    share, limit = lacking / suite.total, suite.max_missing
    outcome = Outcome.INCONCLUSIVE if share > limit else Outcome.NOTE
    message = f"of {suite.total} cases {told}; {limit:.0%} may lack one"
    yield Finding("missing", suite.name, outcome, message, share, limit)


def _min_cases(suite: Scored) -> Iterator[Finding]:
    if suite.n < suite.min_cases:
        message = f"{suite.n} cases have a score, {suite.min_cases} are asked for"
        limit = float(suite.min_cases)
        yield Finding("min_cases", suite.name, Outcome.INCONCLUSIVE, message, float(suite.n), limit)


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
    "missing": _missing,
    "min_cases": _min_cases,
    "regression": _regression,
    "judge": _judged,
}
