"""Findings: what a rule says of a subject, as every check yields them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lensops.errors import Location


class Outcome(StrEnum):
    """What a rule says of a subject."""

    PASS = "pass"  # noqa: S105  # a word of the verdict, no password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOTE = "note"


def join_outcomes(outcomes: Iterable[Outcome]) -> Outcome:
    """Fail when any fails; inconclusive when any is, or when nothing passed."""
    present = set(outcomes)
    if Outcome.FAIL in present:
        return Outcome.FAIL
    if Outcome.INCONCLUSIVE in present or Outcome.PASS not in present:
        return Outcome.INCONCLUSIVE
    return Outcome.PASS


class Finding(NamedTuple):
    """What one rule says: a value met a limit, or could not.

    `keys` are the manifest keys that it is about, such as `("evals", "copy", "threshold")`: whoever
    holds the manifest makes `location` of them. They are no part of files and reports.
    """

    rule: str
    subject: str
    outcome: Outcome
    message: str
    value: float | None = None
    limit: float | None = None
    location: Location | None = None
    keys: tuple[str | int, ...] = ()
