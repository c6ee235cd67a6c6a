"""The changes that lead from one release to another, and what explains them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from lensops.evidence import Finding, Outcome
from lensops.format import plural
from lensops.plan.change import Action, Change, Kind, action
from lensops.release import Release

if TYPE_CHECKING:
    from lensops.prompts import Prompt


def changes(observed: Release | None, desired: Release) -> tuple[Change, ...]:
    """What would change, prompts first, each kind in the order of names."""
    served = observed or Release(desired.project)
    return (
        *_prompts(served.prompts, desired.prompts),
        *_variables(served, desired),
        *_thresholds(served.thresholds, desired.thresholds),
        *_bands(served.bands, desired.bands),
    )


def _prompts(served: Mapping[str, Prompt], desired: Mapping[str, Prompt]) -> Iterator[Change]:
    for name in sorted({*served, *desired}):
        old, new = served.get(name), desired.get(name)
        if _identity(old) != _identity(new):
            yield Change(Kind.PROMPT, name, action(old, new), old, new)


def _variables(served: Release, desired: Release) -> Iterator[Change]:
    """The interfaces that change; that of a new prompt is shown with the prompt.

    A release of lensops 0.1 has none to compare with.
    """
    if served.written is not None:
        return
    for name in sorted(served.prompts.keys() & desired.prompts.keys()):
        old, new = served.interface(name), desired.interface(name)
        if old.digest != new.digest:
            yield Change(Kind.VARIABLES, name, Action.UPDATE, old, new)


def _thresholds(served: Mapping[str, float], desired: Mapping[str, float]) -> Iterator[Change]:
    for name in sorted({*served, *desired}):
        old, new = served.get(name), desired.get(name)
        if old != new:
            loosened = old is not None and (new is None or new < old)
            yield Change(Kind.THRESHOLD, name, action(old, new), old, new, loosened)


def _bands(served: Mapping[str, float], desired: Mapping[str, float]) -> Iterator[Change]:
    for name in sorted({*served, *desired}):
        old, new = served.get(name), desired.get(name)
        if old != new:
            loosened = _is_wider(_in_force(served, name), _in_force(desired, name))
            yield Change(Kind.BAND, name, action(old, new), old, new, loosened)


def _is_wider(old: float | None, new: float | None) -> bool:
    return old is not None and (new is None or new > old)


def _in_force(bands: Mapping[str, float], name: str) -> float | None:
    """The limit that holds under a band's name: a feature without its own has its monitor's."""
    owner, _, limit = name.rpartition(".")
    monitor = owner.partition("/")[0]
    return bands.get(name, bands.get(f"{monitor}.{limit}"))


def _identity(prompt: Prompt | None) -> tuple[str, str] | None:
    return (prompt.version, prompt.digest) if prompt else None


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
