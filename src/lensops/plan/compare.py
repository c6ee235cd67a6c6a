"""The changes that lead from one release to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lensops.plan.change import Change, Kind, action
from lensops.prompts import Prompt
from lensops.release import Release


def changes(observed: Release | None, desired: Release) -> tuple[Change, ...]:
    """What would change, prompts first, each kind in the order of names."""
    before = observed or Release(desired.project)
    found = [*_prompts(before.prompts, desired.prompts)]
    found += _thresholds(before.thresholds, desired.thresholds)
    found += _bands(before.bands, desired.bands)
    return tuple(found)


def _prompts(before: Mapping[str, Prompt], after: Mapping[str, Prompt]) -> Iterator[Change]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if _served(old) != _served(new):
            yield Change(Kind.PROMPT, name, action(old, new), old, new)


def _thresholds(before: Mapping[str, float], after: Mapping[str, float]) -> Iterator[Change]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            loosened = old is not None and (new is None or new < old)
            yield Change(Kind.THRESHOLD, name, action(old, new), old, new, loosened)


def _bands(before: Mapping[str, float], after: Mapping[str, float]) -> Iterator[Change]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            loosened = _is_wider(_in_force(before, name), _in_force(after, name))
            yield Change(Kind.BAND, name, action(old, new), old, new, loosened)


def _is_wider(old: float | None, new: float | None) -> bool:
    return old is not None and (new is None or new > old)


def _in_force(bands: Mapping[str, float], name: str) -> float | None:
    """The limit that holds under a band's name: a feature without its own has its monitor's."""
    owner, _, limit = name.rpartition(".")
    monitor = owner.partition("/")[0]
    return bands.get(name, bands.get(f"{monitor}.{limit}"))


def _served(prompt: Prompt | None) -> tuple[str, str] | None:
    return (prompt.version, prompt.digest) if prompt else None
