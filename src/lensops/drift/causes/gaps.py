"""Rows without a usable value: missing, infinite, not a number, out of the declared range."""

from __future__ import annotations

from lensops.drift.causes.cause import Case, Cause, percent
from lensops.drift.homogeneity import p_value
from lensops.drift.layout import EXTRAS, INFINITE, MISSING, UNREADABLE

SURE = 0.001
WORDS = {MISSING: "are missing", INFINITE: "are infinite", UNREADABLE: "are not numbers"}


def missing(case: Case) -> Cause | None:
    """Another share of missing values."""
    return _gap(case, MISSING)


def infinite(case: Case) -> Cause | None:
    """Another share of infinite values."""
    return _gap(case, INFINITE)


def unreadable(case: Case) -> Cause | None:
    """Another share of values that are no numbers."""
    return _gap(case, UNREADABLE)


def outside(case: Case) -> Cause | None:
    """Rows outside the declared range or edges, in either window."""
    shares = [case.pair.share(label) for label in case.layout.outside]
    before, after = sum(s[0] for s in shares), sum(s[1] for s in shares)
    if not before and not after:
        return None
    words = f"{percent(after)} of the rows lie outside the range ({percent(before)} before)"
    return Cause("outside", words)


def outside_share(case: Case) -> float:
    """The larger window's share of rows outside the range, infinite or not numbers."""
    labels = (*case.layout.outside, *(extra for extra in EXTRAS if extra != MISSING))
    shares = [case.pair.share(label) for label in labels]
    return max(sum(s[0] for s in shares), sum(s[1] for s in shares))


def _gap(case: Case, label: str) -> Cause | None:
    before, after = case.pair.share(label)
    if before == after or not _sure(case, label):
        return None
    return Cause(label, f"{percent(after)} {WORDS[label]} ({percent(before)} before)")


def _sure(case: Case, label: str) -> bool:
    """Whether the share of one cell changed by more than chance."""
    import numpy as np

    at, pair = case.pair.labels.index(label), case.pair
    split = [np.array([v[at], v.sum() - v[at]]) for v in (pair.baseline, pair.current)]
    return p_value(split[0], split[1]) < SURE
