"""Compare one setting at the base with the same at the head: lowered, raised, changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loosening:
    """One thing that the head asks less of than the base did; `keys` lead to it."""

    keys: Keys
    message: str
    base: float | None = None
    head: float | None = None


def lowered(keys: Keys, base: Any, head: Any, *names: str) -> Iterator[Loosening]:
    """The settings under these names that are smaller at the head."""
    for name in names:
        was, now = getattr(base, name), getattr(head, name)
        if now < was:
            yield _moved((*keys, name), "lowered", was, now)


def raised(
    keys: Keys, base: Any, head: Any, *names: str, verb: str = "raised"
) -> Iterator[Loosening]:
    """The settings under these names that are larger at the head."""
    for name in names:
        was, now = getattr(base, name), getattr(head, name)
        if now > was:
            yield _moved((*keys, name), verb, was, now)


def _moved(keys: Keys, verb: str, was: float, now: float) -> Loosening:
    return Loosening(keys, f"{keys[-1]} {verb} from {was:g} to {now:g}", was, now)


def changed(keys: Keys, base: Any, head: Any, *names: str) -> Iterator[Loosening]:
    """The settings under these names that are not equal."""
    for name in names:
        if getattr(base, name) != getattr(head, name):
            yield Loosening((*keys, name), f"{name} changed")
