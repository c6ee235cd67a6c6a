"""What a plan has to say beside its changes: released versions, drift, what apply would refuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lensops.errors import Location
from lensops.evidence import Finding, Outcome
from lensops.flows.immutability import check_immutability

if TYPE_CHECKING:
    from lensops.flows.project import Opened
    from lensops.flows.rules import Violation
    from lensops.flows.targets import Seen
    from lensops.manifest import Manifest
    from lensops.plan import TargetPlan


def released_findings(project: Opened, policy: Manifest | None = None) -> tuple[Finding, ...]:
    """Released versions that were changed in place, by the rule of the manifest.

    `policy` is the manifest whose rules decide instead, that of a base.
    """
    rule = (policy or project.manifest).rules.released_version_changed
    if rule == "off":
        return ()
    outcome = Outcome.FAIL if rule == "error" else Outcome.INCONCLUSIVE
    report = check_immutability(project.released_versions, project.manifest, project.tree)
    findings = [
        Finding(
            "released_version_changed",
            f"{change.prompt} {change.version}",
            outcome,
            f"{change.message}; {change.fix}",
            location=Location(change.path),
        )
        for change in report.mutated
    ]
    if report.unknown:
        findings.append(Finding("history", project.path.name, Outcome.NOTE, report.unknown))
    return tuple(findings)


def target_findings(
    target: Seen, plan: TargetPlan, violations: Iterable[Violation]
) -> Iterator[Finding]:
    """Everything about one target of a plan."""
    yield from _observations(target)
    yield from _cautions(plan)
    for violation in violations:
        yield Finding(violation.rule, plan.name, Outcome.INCONCLUSIVE, violation.message)


def _observations(target: Seen) -> Iterator[Finding]:
    """What observing a target brought to light."""
    name, observed = target.target.name, target.observed
    for note in observed.notes:
        yield Finding("target_repaired", name, Outcome.NOTE, note)
    for problem in observed.problems:
        yield Finding("target_damaged", name, Outcome.INCONCLUSIVE, problem)
    if message := _drift_message(observed.sequence, target):
        yield Finding("target_drifted", name, Outcome.INCONCLUSIVE, message)


def _drift_message(sequence: int, target: Seen) -> str | None:
    observed = target.observed
    if observed.release is None or observed.is_settled:
        return None
    if not sequence:
        return "what it serves was not put there by lensops; an apply takes it over"
    if observed.record and observed.record.release == observed.digest:
        return "current.json was edited beside the prompts; an apply restores it"
    return f"what it serves was changed behind the log, after record {sequence}"


def _cautions(plan: TargetPlan) -> Iterator[Finding]:
    """What an apply would refuse, or ask `--force` for."""
    if plan.removes_many:
        served = len(plan.observed.prompts) if plan.observed else 0
        count = f"{len(plan.removed_prompts)} of {served} prompts"
        message = f"{count} would be removed; apply asks for --force"
        yield Finding("many_removed", plan.name, Outcome.INCONCLUSIVE, message)
    if plan.other_project:
        message = f"it serves the project {plan.other_project!r}; apply asks for --force"
        yield Finding("other_project", plan.name, Outcome.INCONCLUSIVE, message)
