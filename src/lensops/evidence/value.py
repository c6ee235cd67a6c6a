"""Readings, findings and verdicts: what was measured, what follows from it, bound to digests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Base:
    """The commit that a branch is compared with, and the ref that it was found by.

    `release` is the digest of what the manifest asked for there; None where there was none.
    """

    ref: str
    commit: str
    release: str | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a verdict was reached: the version of lensops, the options of the command, the models
    that the judge's replies name, by eval, and fingerprints of windows that lie in a warehouse.
    """

    tool: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    judges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured figure: of what, how many, within which interval, by which recipe."""

    name: str
    subject: str
    value: float
    n: int
    recipe: str
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings and the digests of what they were found on (`release`, `cases`, …).

    `base` is what the findings compare with; None where nothing was compared.
    """

    findings: tuple[Finding, ...]
    digests: Mapping[str, str] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    base: Base | None = None
    conditions: Conditions = Conditions()

    @property
    def outcome(self) -> Outcome:
        """Fail when any finding fails; inconclusive when any is, or when nothing passed."""
        return join_outcomes(finding.outcome for finding in self.findings)
