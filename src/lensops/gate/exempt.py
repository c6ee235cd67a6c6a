"""The short list of changes of a policy that loosen nothing, each with the reason why.

Whatever is not on it counts: a setting that is new to lensops fails closed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lensops.gate.policy import Change, Keys, matches

_HARDNESS = ("off", "warning", "inconclusive", "error")


@dataclass(frozen=True, slots=True)
class Exemption:
    """Changes under these keys that a test lets be, and why they loosen nothing."""

    keys: str
    is_met: Callable[[Change], bool]
    why: str

    @property
    def pattern(self) -> Keys:
        return tuple(self.keys.split("."))


def exemption_of(change: Change) -> Exemption | None:
    """The entry of the list by which a change loosens nothing; None when it counts."""
    return next((entry for entry in EXEMPTIONS if _applies(entry, change)), None)


def _applies(entry: Exemption, change: Change) -> bool:
    pattern = entry.pattern
    if pattern[-1] == "**":
        return matches(pattern[:-1], change.keys[: len(pattern) - 1]) and entry.is_met(change)
    return matches(pattern, change.keys) and entry.is_met(change)


def _is_added(change: Change) -> bool:
    return change.is_added


def _rises(change: Change) -> bool:
    return _is_number(change.base) and _is_number(change.head) and change.head > change.base


def _falls(change: Change) -> bool:
    return _is_number(change.base) and _is_number(change.head) and change.head < change.base


def _goes(base: Any, head: Any) -> Callable[[Change], bool]:
    return lambda change: (change.base, change.head) == (base, head)


def _is_harder(change: Change) -> bool:
    base, head = change.base or "off", change.head or "off"
    return {base, head} <= {*_HARDNESS} and _HARDNESS.index(head) > _HARDNESS.index(base)


def _appends_checks(change: Change) -> bool:
    """Checks after those of the base. The first ones turn what must-pass cases are held to."""
    base, head = change.base, change.head
    return bool(base) and isinstance(head, list) and head[: len(base)] == base


def _appends(change: Change) -> bool:
    return change.is_added or (change.head is not None and {*change.base} <= {*change.head})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


EXEMPTIONS = (
    Exemption("evals.*", _is_added, "a new eval takes nothing from the others"),
    Exemption("drift.*", _is_added, "a new monitor takes nothing from the others"),
    Exemption("evals.*.threshold", _rises, "a higher mean score is required"),
    Exemption("evals.*.min_cases", _rises, "more cases are required"),
    Exemption("evals.*.max_missing", _falls, "fewer cases may lack a score"),
    Exemption("evals.*.regression.margin", _falls, "less may be lost against the base"),
    Exemption("evals.*.regression.confidence", _rises, "more certainty is required"),
    Exemption("evals.*.samples", _rises, "more outputs of each case are scored"),
    Exemption("evals.*.judge.samples", _rises, "more votes are taken on each output"),
    Exemption("evals.*.judge.fallback", _goes("neutral", "fail"), "nothing neutral is scored"),
    Exemption("evals.*.stop", _goes("early", None), "every case is scored"),
    Exemption("evals.*.judge.allow_self", _goes(True, False), "no model judges itself"),
    Exemption("evals.*.checks", _appends_checks, "more must hold of the outputs"),
    Exemption("evals.*.limits.**", lambda _: True, "how fast providers are called scores nothing"),
    Exemption("models.ends", lambda _: True, "which models end decides nothing"),
    Exemption("drift.*.bands.*", _falls, "a smaller PSI is in the band"),
    Exemption("drift.*.features.*.bands.*", _falls, "a smaller PSI is in the band"),
    Exemption("drift.*.gate.on", _goes("critical", "warning"), "a warning fails as well"),
    Exemption("drift.*.inconclusive", _goes("warn", "fail"), "too few rows fail"),
    Exemption("rules.*", _is_harder, "the rule is harder"),
    Exemption("targets.*.require_gate", _goes(False, True), "evidence is required"),
    Exemption("targets.*.signed_by", _is_added, "evidence must be signed"),
    Exemption("targets.*.after", _is_added, "another target must serve the release first"),
    Exemption("protect.*", _appends, "more changes need a review"),
)
