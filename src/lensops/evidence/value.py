"""Readings, the verdict bound to the digests it rests on, and whether it lets a release go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def refusals(
    verdict: Verdict,
    expected: Mapping[str, str],
    *,
    commit: str | None = None,
    needs_base: bool = False,
) -> tuple[str, ...]:
    """Why this evidence does not let a release go; empty when it does.

    `expected` holds the digests of what would be applied (`release`, `cases`, …): the evidence must
    have been found on exactly these. With `needs_base` it must have been held against an earlier
    release than that of `commit`, which would be applied.
    """
    reasons = [] if verdict.outcome is Outcome.PASS else [f"the verdict is {verdict.outcome}"]
    reasons += _base_refusals(verdict, commit) if needs_base else ()
    for name, digest in sorted(expected.items()):
        proven = verdict.digests.get(name)
        if proven is None:
            reasons.append(f"it is not bound to any {name}")
        elif proven != digest:
            reasons.append(f"it was found on other {name}: {_short(proven)}, now {_short(digest)}")
    return tuple(reasons)


def _base_refusals(verdict: Verdict, commit: str | None) -> Iterator[str]:
    base = verdict.base
    if base is None or base.release is None:
        yield "it was found without a base, and there is an earlier release to compare with"
    elif base.commit == commit:
        yield "its base is the commit that would be applied, so that nothing was compared"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]
