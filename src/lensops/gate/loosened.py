"""What a branch changes of the policy that it is judged by; what is not exempt is a finding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lensops.evidence import Finding, Outcome
from lensops.format import format_limit
from lensops.gate.exempt import exemption_of
from lensops.gate.inputs import InputChange
from lensops.gate.policy import Change, policy_changes
from lensops.manifest import Manifest

RULE = "gate_loosened"
SHORT = 40  # characters of a value that a message quotes


def loosened_policy(base: Manifest, head: Manifest, outcome: Outcome) -> Iterator[Finding]:
    """A finding for every difference of the declared policy that is not exempt."""
    for change in policy_changes(base, head):
        if exemption_of(change) is None:
            yield Finding(
                RULE,
                ".".join(change.keys),
                outcome,
                describe_change(change),
                _number(change.head),
                _number(change.base),
                keys=change.keys,
            )


def renamed_eval(old: str, new: str, outcome: Outcome) -> Finding:
    """The finding of an eval that goes on under another name."""
    keys = ("evals", new)
    return Finding(RULE, ".".join(keys), outcome, f"{old} was renamed to {new}", keys=keys)


def loosened_input(change: InputChange, outcome: Outcome) -> Finding:
    """The finding of a changed input; a fail only where the change is known."""
    if outcome is Outcome.FAIL and not change.is_known:
        outcome = Outcome.INCONCLUSIVE
    return Finding(RULE, ".".join(change.keys), outcome, change.message, keys=change.keys)


def describe_change(change: Change) -> str:
    """What differs, such as `threshold lowered from 0.75 to 0.60`."""
    name, base, head = change.keys[-1], change.base, change.head
    if change.is_added or change.is_removed:
        return f"{name} was {'added' if change.is_added else 'removed'}"
    if _is_number(base) and _is_number(head):
        verb = "lowered" if head < base else "widened" if "bands" in change.keys else "raised"
        return f"{name} {verb} from {_quote(base)} to {_quote(head)}"
    if name == "checks" and isinstance(base, list) and isinstance(head, list):
        missing = [check for check in base if check not in head]
        if missing:
            return f"{len(missing)} of {len(base)} checks left out"
    quoted = _quote(base), _quote(head)
    if all(text is not None and len(text) <= SHORT for text in quoted):
        return f"{name} changed from {quoted[0]} to {quoted[1]}"
    return f"{name} changed"


def _quote(value: Any) -> str | None:
    """A plain value as a manifest has it; None for a list or a mapping."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return format_limit(value)
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    return float(value) if _is_number(value) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
