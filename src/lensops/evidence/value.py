"""Readings and the verdict: what was measured and follows from it, bound to digests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lensops.evidence.finding import Finding, Outcome, join_outcomes


class Base(NamedTuple):
    """The commit that a branch is compared with, and the ref that it was found by.

    `release` is the digest of what the manifest asked for there; None where there was none.
    """

    ref: str
    commit: str
    release: str | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a verdict was reached: the version of lensops, the options of the command, the models
    that replies name, of the judge and of outputs, by eval, and fingerprints of windows that lie in
    a warehouse.
    """

    tool: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    judges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    generators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Reading(NamedTuple):
    """One measured figure: of what, how many, within which interval, by which recipe."""

    name: str
    subject: str
    value: float
    n: int
    recipe: str
    interval: tuple[float, float] | None = None


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
