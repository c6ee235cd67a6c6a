"""Causes: why a feature shifted, in words; one file a kind, asked in this order."""

from __future__ import annotations

from lensops.drift.causes.categories import newcomers
from lensops.drift.causes.cause import Case, Cause, Finder
from lensops.drift.causes.cells import cells
from lensops.drift.causes.chance import chance
from lensops.drift.causes.gaps import infinite, missing, outside, outside_share, unreadable
from lensops.drift.causes.move import offset, scale
from lensops.drift.causes.spike import spike
from lensops.drift.causes.truncation import truncation

FINDERS: dict[str, Finder] = {
    "chance": chance,
    "outside": outside,
    "missing": missing,
    "infinite": infinite,
    "not a number": unreadable,
    "new": newcomers,
    "offset": offset,
    "scale": scale,
    "spike": spike,
    "truncation": truncation,
    "cells": cells,
}
EXPLAINED_AWAY = {"scale", "spike", "truncation"}  # consequences of a move that is named already


def causes(case: Case) -> tuple[Cause, ...]:
    """The causes of one feature's shift, the broadest first."""
    found: list[Cause] = []
    for kind, finder in FINDERS.items():
        moved = any(cause.whole for cause in found)
        if not (moved and kind in EXPLAINED_AWAY) and (cause := finder(case)):
            found.append(cause)
    return tuple(found)


__all__ = ["Case", "Cause", "causes", "outside_share"]
