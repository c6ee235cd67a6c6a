"""Causes: why a feature shifted, in words; each is asked in this order."""

from __future__ import annotations

from lensops.drift.causes import counts, moves, parts, steps
from lensops.drift.causes.case import Case, Cause, Finder
from lensops.drift.causes.counts import outside_shares

FINDERS: dict[str, Finder] = {
    "chance": counts.chance,
    "outside": counts.outside,
    "missing": counts.missing,
    "infinite": counts.infinite,
    "not a number": counts.unreadable,
    "new": counts.newcomers,
    "rounding": steps.rounding,
    "replacement": parts.replacement,
    "offset": moves.offset,
    "spike": parts.spike,
    "truncation": parts.truncation,
    "scale": moves.scale,
    "affine": moves.affine,
    "rotation": steps.rotation,
    "transform": moves.transform,
    "beyond": parts.beyond,
    "bins": counts.moved_bins,
}
ALWAYS = {"chance", "outside", "missing", "infinite", "not a number", "new", "bins"}


def find_causes(case: Case) -> tuple[Cause, ...]:
    """The causes of one feature's shift, the broadest first; one that is whole ends the search."""
    causes: list[Cause] = []
    for kind, finder in FINDERS.items():
        explained = any(cause.whole for cause in causes)
        if (kind in ALWAYS or not explained) and (cause := finder(case)):
            causes.append(cause)
    return tuple(causes)


__all__ = ["Case", "Cause", "find_causes", "outside_shares"]
