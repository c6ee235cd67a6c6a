"""What explains a plan: fragments that change many prompts, releases that 0.1 wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from lensops.evidence import Finding, Outcome
from lensops.format import plural

if TYPE_CHECKING:
    from lensops.plan.change import Change
    from lensops.release import Release


def plan_notes(
    target: str, observed: Release | None, desired: Release, changes: Collection[Change]
) -> Iterator[Finding]:
    """What a reader would not see from the changes alone."""
    if observed is not None and observed.written is not None:
        message = "lensops 0.1 wrote what it serves; an apply writes it in the form of this version"
        yield Finding("legacy", target, Outcome.NOTE, message)
    yield from _fragment_notes(target, observed, desired, changes)


def _fragment_notes(
    target: str, observed: Release | None, desired: Release, changes: Collection[Change]
) -> Iterator[Finding]:
    """Such as `3 prompts change because tone v1 → v2`."""
    served = observed.fragments if observed else {}
    prompts = {change.name for change in changes if change.prompts[1] is not None}
    for name, version in desired.fragments.items():
        users = [n for n in prompts if name in desired.prompts[n].expanded]
        if users and served.get(name, version) != version:
            verb = "changes" if len(users) == 1 else "change"
            cause = f"{name} {served[name]} → {version}"
            message = f"{plural(len(users), 'prompt')} {verb} because {cause}"
            yield Finding("fragment", target, Outcome.NOTE, message)
