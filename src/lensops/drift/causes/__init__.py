"""Causes: why a feature shifted, in words; each is asked in this order."""

from __future__ import annotations

from lensops.drift.causes import counts, moves, parts, steps, values
from lensops.drift.causes.case import Case, Cause, Finder, margin, tolerance
from lensops.drift.causes.counts import outside_shares

FACTS: tuple[Finder, ...] = (
    counts.chance,
    counts.outside,
    counts.missing,
    counts.infinite,
    counts.unreadable,
    values.respelling,
    values.renaming,
    counts.newcomers,
)
WHOLE: tuple[Finder, ...] = (
    parts.replacement,
    moves.offset,
    parts.clipping,
    parts.spike,
    parts.truncation,
    steps.rounding,
    moves.scale,
    moves.affine,
    steps.rotation,
    moves.reflection,
    moves.transform,
)  # those that explain a shift by themselves, the simplest first


def find_causes(case: Case) -> tuple[Cause, ...]:
    """The causes of one feature's shift, the broadest first."""
    causes = [cause for finder in FACTS if (cause := finder(case))]
    whole = _likeliest_cause(case)
    rest = (whole, None if whole else parts.beyond(case), counts.moved_bins(case))
    return (*causes, *(cause for cause in rest if cause))


def _likeliest_cause(case: Case) -> Cause | None:
    """Of the causes that may be the whole one, the simplest among those that fit best."""
    candidates = [cause for finder in WHOLE if (cause := finder(case)) and cause.left is not None]
    if not candidates or case.shapes is None:
        return None
    allowed = margin(min(cause.left or 0.0 for cause in candidates), tolerance(*case.shapes))
    return next(cause for cause in candidates if (cause.left or 0.0) <= allowed)


__all__ = ["Case", "Cause", "find_causes", "outside_shares"]
