"""The cells that carry a shift, with their share of the PSI."""

from __future__ import annotations

import numpy as np

from lensops.drift.causes.cause import Case, Cause, percent
from lensops.drift.psi import contributions

MOST = 3
ENOUGH = 0.75  # of the PSI: cells beyond are not named


def cells(case: Case) -> Cause | None:
    """The few cells that make up most of the PSI."""
    if not case.real or case.figures.psi <= 0:
        return None
    parts = contributions(*case.pair.shares) / case.figures.psi
    order, named, told = np.argsort(-parts, kind="stable"), [], 0.0
    for at in order[:MOST]:
        named.append(_said(case, int(at), float(parts[at])))
        told += float(parts[at])
        if told >= ENOUGH:
            break
    return Cause("cells", "carried by " + "; ".join(named))


def _said(case: Case, at: int, part: float) -> str:
    n, m = case.pair.sizes
    before, after = int(case.pair.baseline[at]) / n, int(case.pair.current[at]) / m
    return f"{case.pair.labels[at]} {percent(before)} → {percent(after)} ({part:.0%} of the PSI)"
