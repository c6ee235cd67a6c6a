"""What must be true before an apply writes anything; one function a precondition."""

from __future__ import annotations

from dataclasses import dataclass

from lensops.errors import Refused
from lensops.evidence import Outcome
from lensops.flows.findings import unserved
from lensops.flows.plan import Planned
from lensops.flows.provenance import Provenance
from lensops.plan import TargetPlan

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the user allows by `--allow-dirty` and `--force`."""

    dirty: bool = False
    force: bool = False


NONE = Overrides()


def check_preconditions(
    planned: Planned, source: Provenance, overrides: Overrides = NONE, *, has_evidence: bool
) -> None:
    """Raise `Refused` for the first precondition of the plan that does not hold."""
    _check_findings(planned)
    for target in planned.plan.targets:
        if not target.in_sync:
            _check_target(planned, target, source, overrides, has_evidence=has_evidence)


def _check_target(
    planned: Planned,
    target: TargetPlan,
    source: Provenance,
    overrides: Overrides,
    *,
    has_evidence: bool,
) -> None:
    if not has_evidence:
        _check_evidence(planned, target)
    if not overrides.force:
        _check_removals(target)
    _check_commit(planned, target, source, overrides)
    _check_order(planned, target)


def _check_findings(planned: Planned) -> None:
    """No finding fails: a released version changed in place, evidence of another release."""
    failures = [f for f in planned.plan.findings if f.outcome is Outcome.FAIL]
    if failures:
        message = "; ".join(finding.message for finding in failures)
        raise Refused(message if failures[0].rule != "evidence" else f"the evidence: {message}")


def _check_evidence(planned: Planned, target: TargetPlan) -> None:
    if planned.project.manifest.places[target.name].require_gate:
        hint = "run `lensops gate --evidence FILE`, then apply with --evidence FILE"
        raise Refused(f"{target.name} requires the evidence of a passed gate", hint)


def _check_removals(target: TargetPlan) -> None:
    if target.removes_many:
        served = len(target.observed.prompts) if target.observed else 0
        problem = f"{len(target.removed)} of {served} prompts would be removed from {target.name}"
        raise Refused(problem, "add --force to remove them")
    if target.other_project:
        problem = f"{target.name} serves another project: {target.other_project!r}"
        raise Refused(problem, "add --force to have it serve this one from now on")


def _check_commit(
    planned: Planned, target: TargetPlan, source: Provenance, overrides: Overrides
) -> None:
    """A commit holds the release; some targets take another one with `--allow-dirty`.

    Outside a repository there is no commit to differ from: such a target may be written.
    """
    needs_commit = planned.seen[target.name].target.needs_commit
    is_allowed = overrides.dirty or not source.in_repository
    if source.is_committed or (not needs_commit and is_allowed):
        return
    hint = "commit first" + ("" if needs_commit else ", or add --allow-dirty")
    raise Refused(f"{_uncommitted_files(source)}; {target.name} was not changed", hint)


def _uncommitted_files(source: Provenance) -> str:
    if not source.in_repository:
        return "this is not a git repository, so no commit holds the release"
    if source.commit is None:
        return "there is no commit yet"
    names = ", ".join(source.changed[:SHOWN])
    more = len(source.changed) - SHOWN
    return f"not as committed: {names}" + (f" and {more} more" if more > 0 else "")


def _check_order(planned: Planned, target: TargetPlan) -> None:
    if planned.project.manifest.places[target.name].after in planned.seen:
        return  # both are applied, in order
    if reason := unserved(planned.project, target.name):
        raise Refused(reason, "apply that one first")
