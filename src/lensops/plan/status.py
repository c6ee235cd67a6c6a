"""The state of a target and its prompts: desired, applied and live compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from lensops.release import Entry, Record, Release, Served, served_prompts

T = TypeVar("T")


class State(StrEnum):
    """How a thing stands. `unknown`: the target could not be reached."""

    SYNCED = "synced"  # live is what is desired
    PENDING = "pending"  # live is what was applied, and another is desired
    DRIFTED = "drifted"  # live was changed behind the log; what was applied is still desired
    CONFLICT = "conflict"  # live was changed behind the log, and another is desired
    MISSING = "missing"  # desired, and not live
    ORPHAN = "orphan"  # live, and not desired
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PromptStatus:
    """`version` is the one that is live, None when none is."""

    state: State
    version: str | None
    desired: str | None = None


@dataclass(frozen=True, slots=True)
class Hotfix:
    """A release that went past a rule, as long as the target `missing_at` does not have it too.

    `prompts` are those that it changed. Without `missing_at` there is no target before it.
    """

    entry: Entry
    prompts: tuple[str, ...]
    missing_at: str | None = None


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """One target: its state, its last record, its prompts, and what is wrong with it."""

    name: str
    where: str
    state: State
    entry: Entry | None = None
    prompts: Mapping[str, PromptStatus] | None = None
    problems: tuple[str, ...] = ()
    hotfix: Hotfix | None = None

    @property
    def record(self) -> Record | None:
        """The record of its last entry."""
        return self.entry.record if self.entry else None


def state(desired: T | None, applied: T | None, live: T | None) -> State | None:
    """The state of one thing; None when it is neither desired nor live."""
    if live is None:
        return None if desired is None else State.MISSING
    if desired is None:
        return State.ORPHAN
    if live == desired:
        return State.SYNCED
    if live == applied:
        return State.PENDING
    return State.DRIFTED if applied == desired else State.CONFLICT


def release_state(desired: str, applied: str | None, live: str | None, *, intact: bool) -> State:
    """The state of a target by the digests of its releases."""
    if live is None and applied is not None:  # what was applied is gone
        return State.DRIFTED if applied == desired else State.CONFLICT
    how = state(desired, applied, live) or State.MISSING
    return State.DRIFTED if how is State.SYNCED and not intact else how


def prompt_states(
    desired: Release, applied: Record | None, live: Release | None
) -> dict[str, PromptStatus]:
    """The state of every prompt that is desired or live, in the order of names."""
    active, served = served_prompts(desired), served_prompts(live) if live else {}
    recorded = dict(applied.prompts) if applied else {}
    statuses: dict[str, PromptStatus] = {}
    for name in sorted({*active, *served}):
        how = state(active.get(name), recorded.get(name), served.get(name))
        if how is not None:
            statuses[name] = PromptStatus(how, _version(served, name), _version(active, name))
    return statuses


def _version(prompts: Mapping[str, Served], name: str) -> str | None:
    return prompts[name].version if name in prompts else None
