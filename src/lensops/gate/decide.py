"""Join everything that was found into one verdict; what is not known never counts as a pass."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lensops.evidence import Finding, Outcome, Reading, Verdict
from lensops.gate.facts import Scored, Watched
from lensops.gate.scores import score_findings, score_readings
from lensops.gate.watch import watch_findings, watch_readings


def decide(
    findings: Iterable[Finding],
    scored: Iterable[Scored] = (),
    watched: Iterable[Watched] = (),
    digests: Mapping[str, str] | None = None,
) -> Verdict:
    """The verdict over evals, drift monitors and further findings, bound to digests.

    Fail when any finding fails, inconclusive when any is, and also when nothing was measured.
    """
    suites, monitors = tuple(scored), tuple(watched)
    found = [*findings]
    readings: list[Reading] = []
    for suite in suites:
        found += score_findings(suite)
        readings += score_readings(suite)
    for monitor in monitors:
        found += watch_findings(monitor)
        readings += watch_readings(monitor)
    if not readings:
        asked = any(finding.rule == "drift" for finding in found)  # one that could not be counted
        found.append(_nothing_measured(declared=bool(suites or monitors or asked)))
    return Verdict(tuple(_sound(found)), dict(digests or {}), tuple(readings))


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
            yield replace(finding, outcome=Outcome.INCONCLUSIVE)
        else:
            yield finding
