"""A plan: what would change at each target, as a value that does not know how it looks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from lensops.evidence import Outcome
from lensops.plan.change import Action, Change, Kind
from lensops.plan.compare import changes, plan_notes
from lensops.prompts import digest

if TYPE_CHECKING:
    from lensops.evidence import Base, Finding
    from lensops.release import Release

MANY = 10  # below that many prompts, removing most of them is nothing unusual
SHARE = 0.30


class TargetPlan(NamedTuple):
    """What would change at one target.

    `settled` is False when what it serves is not what its log says.
    """

    name: str
    observed: Release | None
    desired: Release
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...] = ()
    settled: bool = True

    @property
    def in_sync(self) -> bool:
        """Whether an apply would have nothing to write."""
        served = self.observed.digest if self.observed else None
        return self.settled and served == self.desired.digest

    @property
    def digest(self) -> str:
        """The digest of a plan for this target alone."""
        return Plan((self,)).digest

    @property
    def loosened_changes(self) -> tuple[Change, ...]:
        """The changes after which the gate lets more through."""
        return tuple(change for change in self.changes if change.loosened)

    @property
    def removes_many(self) -> bool:
        """Whether more than 30 % of ten or more prompts would be removed at once."""
        served = len(self.observed.prompts) if self.observed else 0
        return served >= MANY and len(self.removed_prompts) > SHARE * served

    @property
    def removed_prompts(self) -> tuple[str, ...]:
        """The prompts that would be gone."""
        gone = (c for c in self.changes if c.kind is Kind.PROMPT and c.action is Action.DELETE)
        return tuple(change.name for change in gone)

    @property
    def other_project(self) -> str | None:
        """The name of the project that the target serves, when it is not the manifest's."""
        if self.observed is None or self.observed.project == self.desired.project:
            return None
        return self.observed.project

    def noting(self, *findings: Finding) -> TargetPlan:
        """The same plan with more findings."""
        return self._replace(findings=(*self.findings, *findings))

    def identity(self) -> dict[str, Any]:
        """What the digest covers, as JSON values: no time, commit or version of the tool."""
        return {
            "observed": self.observed.digest if self.observed else None,
            "changes": [change.identity() for change in self.changes],
        }


class Plan(NamedTuple):
    """The plans of all targets, and findings that concern the whole.

    A plan with a `base` compares the manifest with that commit, and its one entry is no target.
    """

    targets: tuple[TargetPlan, ...]
    findings: tuple[Finding, ...] = ()
    base: Base | None = None

    @property
    def digest(self) -> str:
        """Over the changes and the observed releases: it survives squash, rebase and time."""
        return digest("plan", {target.name: target.identity() for target in self.targets})

    @property
    def in_sync(self) -> bool:
        """Whether no target would change."""
        return all(target.in_sync for target in self.targets)

    @property
    def has_failure(self) -> bool:
        """Whether a finding says that this must not go live."""
        of_targets = (finding for target in self.targets for finding in target.findings)
        return any(f.outcome is Outcome.FAIL for f in (*self.findings, *of_targets))


def make(
    name: str,
    observed: Release | None,
    desired: Release,
    findings: Iterable[Finding] = (),
    *,
    settled: bool = True,
) -> TargetPlan:
    """The plan that makes a target serve the desired release."""
    differences = changes(observed, desired)
    notes = plan_notes(name, observed, desired, differences)
    return TargetPlan(name, observed, desired, differences, (*findings, *notes), settled)
