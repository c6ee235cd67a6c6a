"""Causes that the counts show: chance, rows without a value, new categories, moved bins."""

from __future__ import annotations

import numpy as np

from lensops.drift.binning import (
    INFINITE,
    MISSING,
    NEW,
    UNREADABLE,
    Binning,
    Pair,
)
from lensops.drift.causes.case import Case, Cause, percent
from lensops.drift.evidence import Evidence, ValueWindows
from lensops.drift.psi import contributions
from lensops.drift.two_sample import table_p_value

SURE = 0.001
EXAMPLES = 3  # new categories that are named
BINS = 3  # that carry a shift and are named
CARRIED = 0.75  # of the PSI: bins beyond are not named
VERBS = {MISSING: "are missing", INFINITE: "are infinite", UNREADABLE: "are not numbers"}


def chance(case: Case) -> Cause | None:
    """That chance explains a PSI, and the rows that would tell."""
    if case.evidence not in {Evidence.NOISE, Evidence.INCONCLUSIVE}:
        return None
    figures, (n, m) = case.figures, case.pair.sizes
    if figures.p_value < SURE:
        return None  # it is not chance that leaves this open
    if figures.psi > figures.noise_limit and case.evidence is Evidence.INCONCLUSIVE:
        return Cause("chance", f"chance is not ruled out (p = {figures.p_value:.2g})")
    text = (
        f"chance explains it: without any shift, PSI reaches {figures.noise_limit:.2f} "
        f"at {n:,} and {m:,} rows (p = {figures.p_value:.2g})"
    )
    if case.evidence is Evidence.INCONCLUSIVE:
        text += f"; {figures.rows_needed:,} rows needed"
    return Cause("chance", text)


def missing(case: Case) -> Cause | None:
    """Another share of missing values."""
    return _gap(case, MISSING)


def infinite(case: Case) -> Cause | None:
    """Another share of infinite values."""
    return _gap(case, INFINITE)


def unreadable(case: Case) -> Cause | None:
    """Values that are no numbers, in either window."""
    return _gap(case, UNREADABLE, always=True)


def outside(case: Case) -> Cause | None:
    """Rows outside the declared range or edges, in either window."""
    shares = [case.pair.share(label) for label in case.binning.outside]
    baseline, current = sum(s[0] for s in shares), sum(s[1] for s in shares)
    if not baseline and not current:
        return None
    text = f"{percent(current)} of the rows lie outside the range ({percent(baseline)} before)"
    return Cause("outside", text)


def outside_shares(binning: Binning, pair: Pair) -> tuple[float, float]:
    """Both windows' shares of rows outside the range."""
    shares = [pair.share(label) for label in binning.outside]
    return sum(s[0] for s in shares), sum(s[1] for s in shares)


def newcomers(case: Case) -> Cause | None:
    """New categories, with the commonest of them as examples."""
    if not isinstance(case.windows, ValueWindows):
        return None
    baseline, current = case.windows.baseline, case.windows.current
    share = case.pair.share(NEW)[1]
    if not share or not case.real:
        return None
    new = [value for value in current.values if value not in baseline.values]
    ranked = sorted(new, key=lambda value: (-current.values[value], value))[:EXAMPLES]
    examples = ", ".join(repr(value) for value in ranked)
    text = f"{percent(share)} are new categories, such as {examples}"
    return Cause("new", text, explains=_part(case, NEW))


def moved_bins(case: Case) -> Cause | None:
    """The few bins that make up most of the PSI."""
    if not case.real or case.figures.psi <= 0:
        return None
    parts = contributions(*case.pair.shares) / case.figures.psi
    texts, carried = [], 0.0
    for index in np.argsort(-parts, kind="stable")[:BINS].tolist():
        texts.append(_bin_text(case, index, float(parts[index])))
        carried += float(parts[index])
        if carried >= CARRIED:
            break
    return Cause("bins", "carried by " + "; ".join(texts), explains=carried)


def _bin_text(case: Case, index: int, part: float) -> str:
    label = case.pair.labels[index]
    baseline, current = case.pair.share(label)
    return f"{label} {percent(baseline)} → {percent(current)} ({part:.0%} of the PSI)"


def _gap(case: Case, label: str, *, always: bool = False) -> Cause | None:
    baseline, current = case.pair.share(label)
    if not (always and current) and (baseline == current or not _sure(case, label)):
        return None
    text = f"{percent(current)} {VERBS[label]} ({percent(baseline)} before)"
    return Cause(label, text, explains=_part(case, label))


def _part(case: Case, label: str) -> float | None:
    """The part of the PSI that one bin makes up."""
    if not case.figures.psi:
        return None
    parts = contributions(*case.pair.shares) / case.figures.psi
    return float(parts[case.pair.labels.index(label)])


def _sure(case: Case, label: str) -> bool:
    """Whether the share of one bin changed by more than chance."""
    index, pair = case.pair.labels.index(label), case.pair
    sides = [
        np.array([side[index], side.sum() - side[index]]) for side in (pair.baseline, pair.current)
    ]
    return table_p_value(sides[0], sides[1]) < SURE
