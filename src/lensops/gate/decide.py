"""Join everything that was found into one verdict; what is not known never counts as a pass."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from lensops.evidence import Base, Conditions, Finding, Outcome, Reading, Verdict


def decide(
    findings: Iterable[Finding],
    readings: Iterable[Reading],
    digests: Mapping[str, str] | None = None,
    base: Base | None = None,
    conditions: Conditions | None = None,
) -> Verdict:
    """The verdict over findings and readings of evals, drift and policy, bound to digests.

    Fail when any finding fails, inconclusive when any is, and also when nothing was measured.
    `base` is what they compare with, `conditions` how they were reached.
    """
    joined, measured = [*findings], tuple(readings)
    if not measured:
        tried = any(finding.keys[:1] in {("evals",), ("drift",)} for finding in joined)
        joined.append(_nothing_measured(declared=tried))
    sound = tuple(_sound(joined))
    return Verdict(sound, dict(digests or {}), measured, base, conditions or Conditions())


def _nothing_measured(*, declared: bool) -> Finding:
    message = "nothing could be measured"
    if not declared:
        message = "nothing is measured: the manifest declares neither `evals` nor `drift`"
    return Finding("evidence", "manifest", Outcome.INCONCLUSIVE, message)


def _sound(findings: Iterable[Finding]) -> Iterator[Finding]:
    """A pass on a figure that is no number is none."""
    for finding in findings:
        is_nan = finding.value is not None and math.isnan(finding.value)
        if is_nan and finding.outcome is Outcome.PASS:
            yield finding._replace(outcome=Outcome.INCONCLUSIVE)
        else:
            yield finding
