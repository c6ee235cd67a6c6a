"""Chance as the cause: what a PSI is worth at so few rows."""

from __future__ import annotations

from lensops.drift.causes.cause import Case, Cause
from lensops.drift.evidence import Evidence


def chance(case: Case) -> Cause | None:
    """That chance explains a PSI, and the rows that would tell."""
    if case.evidence not in {Evidence.NOISE, Evidence.INCONCLUSIVE}:
        return None
    figures, (n, m) = case.figures, case.pair.sizes
    words = (
        f"chance explains it: without any shift, PSI reaches {figures.noise_limit:.2f} "
        f"at {n:,} and {m:,} rows (p = {figures.p_value:.2g})"
    )
    if case.evidence is Evidence.INCONCLUSIVE:
        words += f"; {figures.rows_needed:,} rows needed"
    return Cause("chance", words)
