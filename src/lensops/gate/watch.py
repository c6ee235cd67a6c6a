"""What a drift monitor's figures mean for the gate."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lensops.evidence import Finding, Outcome, Reading
from lensops.gate.facts import Watched


def watch_findings(monitor: Watched) -> Iterator[Finding]:
    """One finding: the largest PSI against its band, with the monitor's reasons."""
    psi = monitor.psi
    if psi is None or not math.isfinite(psi):
        outcome = Outcome.INCONCLUSIVE if monitor.outcome is Outcome.PASS else monitor.outcome
        message = "; ".join(monitor.reasons) or "no PSI could be computed"
        yield Finding("drift", monitor.name, outcome, message, None, monitor.limit)
        return
    message = "; ".join((f"PSI {psi:.4f}, {monitor.status}", *monitor.reasons))
    yield Finding("drift", monitor.name, monitor.outcome, message, psi, monitor.limit)


def watch_readings(monitor: Watched) -> Iterator[Reading]:
    """The largest PSI; nothing where there is none."""
    if monitor.psi is not None and math.isfinite(monitor.psi) and monitor.n:
        yield Reading("psi", monitor.name, monitor.psi, monitor.n, monitor.recipe)
