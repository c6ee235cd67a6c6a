"""What a plan has to say beside its changes: released versions, drift, what apply would refuse."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lensops.errors import Location, UserError
from lensops.evidence import Finding, Outcome
from lensops.flows.immutability import check_immutability
from lensops.flows.project import Opened
from lensops.flows.targets import Seen, target_of
from lensops.plan import TargetPlan


def released_findings(project: Opened) -> tuple[Finding, ...]:
    """Released versions that were changed in place, by the manifest's rule."""
    rule = project.manifest.rules.released_version_changed
    if rule == "off":
        return ()
    outcome = Outcome.FAIL if rule == "error" else Outcome.INCONCLUSIVE
    report = check_immutability(project.repository, project.path, project.manifest, project.tree)
    found = [
        Finding(
            "released_version_changed",
            f"{change.prompt} {change.version}",
            outcome,
            f"{change.message}; add a new version instead",
            location=Location(change.path),
        )
        for change in report.mutated
    ]
    if report.unknown:
        found.append(Finding("history", project.path.name, Outcome.NOTE, report.unknown))
    return tuple(found)


def target_findings(
    project: Opened, seen: Seen, plan: TargetPlan, names: Collection[str]
) -> Iterator[Finding]:
    """Everything about one target of a plan for the targets `names`."""
    yield from _observations(seen)
    yield from _cautions(plan)
    if not plan.in_sync:
        yield from _order(project, plan, names)


def unserved(project: Opened, name: str) -> str | None:
    """Why a target must wait for the one that its `after:` names; None when it must not."""
    before = project.manifest.places[name].after
    if before is None:
        return None
    served = target_of(project, before).observe().digest
    if served == project.desired.digest:
        return None
    return f"{name} comes after {before}, which does not serve this release yet"


def _order(project: Opened, plan: TargetPlan, names: Collection[str]) -> Iterator[Finding]:
    if project.manifest.places[plan.name].after in names:
        return  # both are planned, and an apply takes them in order
    try:
        words = unserved(project, plan.name)
    except UserError as error:
        words = error.message
    if words:
        yield Finding("after", plan.name, Outcome.INCONCLUSIVE, words)


def _observations(seen: Seen) -> Iterator[Finding]:
    """What observing a target brought to light."""
    name, observed = seen.target.name, seen.observed
    for note in observed.notes:
        yield Finding("target_repaired", name, Outcome.NOTE, note)
    for problem in observed.problems:
        yield Finding("target_damaged", name, Outcome.INCONCLUSIVE, problem)
    if words := _drift(observed.sequence, seen):
        yield Finding("target_drifted", name, Outcome.INCONCLUSIVE, words)


def _drift(sequence: int, seen: Seen) -> str | None:
    observed = seen.observed
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
        words = f"{len(plan.removed)} of {served} prompts would be removed; apply asks for --force"
        yield Finding("many_removed", plan.name, Outcome.INCONCLUSIVE, words)
    if plan.other_project:
        words = f"it serves the project {plan.other_project!r}; apply asks for --force"
        yield Finding("other_project", plan.name, Outcome.INCONCLUSIVE, words)
