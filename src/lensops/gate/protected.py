"""Changes that the base protects: paths and keys that someone else must have approved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from lensops.evidence import Finding, Outcome
from lensops.manifest.model import Protect

RULE = "protected"
SHOWN = 5  # changes that a finding names


@dataclass(frozen=True, slots=True)
class Approval:
    """What the host of pull requests says of the commit that is proposed.

    `approver` is who approved it; `silence` says why the host gave no answer.
    """

    approver: str | None = None
    silence: str | None = None

    @property
    def outcome(self) -> Outcome:
        if self.silence is not None:
            return Outcome.INCONCLUSIVE
        return Outcome.NOTE if self.approver else Outcome.FAIL

    @property
    def message(self) -> str:
        if self.silence is not None:
            return f"whether someone else approved this is not known: {self.silence}"
        if self.approver:
            return f"approved by {self.approver}"
        return "no one but the author has approved the commit that is proposed"


def changed_keys(protect: Protect, base: Any, head: Any) -> list[str]:
    """The protected keys, dotted, whose values two manifests do not share."""
    old, new = dict(_leaves(base)), dict(_leaves(head))
    return sorted(
        ".".join(keys)
        for keys in old.keys() | new.keys()
        if old.get(keys) != new.get(keys) and any(_covers(key, keys) for key in protect.keys)
    )


def protected_finding(changes: list[str], approval: Approval) -> Finding:
    """What follows for protected changes: approved, not approved, or no answer from the host."""
    names = ", ".join(changes[:SHOWN]) + (", …" if len(changes) > SHOWN else "")
    message = f"{names} changed: {approval.message}"
    return Finding(RULE, "manifest", approval.outcome, message, keys=("protect",))


def _covers(pattern: str, keys: tuple[str, ...]) -> bool:
    """Whether a dotted pattern names the keys, or something around them."""
    steps = pattern.split(".")
    return len(steps) <= len(keys) and all(
        fnmatchcase(key, step) for step, key in zip(steps, keys, strict=False)
    )


def _leaves(value: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _leaves(child, (*keys, str(key)))
    else:
        yield keys, value
