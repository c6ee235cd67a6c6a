"""Categories that the baseline never had."""

from __future__ import annotations

from lensops.drift.causes.cause import Case, Cause, percent
from lensops.drift.recipes.categories import NEW


def newcomers(case: Case) -> Cause | None:
    """New categories, with the commonest of them as examples."""
    if NEW not in case.pair.labels or case.layout.kind != "category":
        return None
    share = case.pair.share(NEW)[1]
    named = ", ".join(repr(name) for name in case.newcomers)
    examples = f", such as {named}" if named else ""
    return Cause("new", f"{percent(share)} are new categories{examples}")
