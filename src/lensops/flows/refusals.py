"""What an apply refuses before it writes anything; one function a reason."""

from __future__ import annotations

from dataclasses import dataclass

from lensops.errors import Refused
from lensops.evidence import Outcome
from lensops.flows.findings import unserved
from lensops.flows.plan import Planned
from lensops.flows.source import Source
from lensops.plan import TargetPlan

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Permits:
    """What the user allows by `--allow-dirty` and `--force`."""

    dirty: bool = False
    force: bool = False


NOTHING = Permits()


def check(planned: Planned, source: Source, permits: Permits, *, has_evidence: bool) -> None:
    """Raise `Refused` for the first reason why the plan must not be carried out."""
    _findings(planned)
    todo = [target for target in planned.plan.targets if not target.in_sync]
    for target in todo:
        if not has_evidence:
            _evidence(planned, target)
        _size(target, permits)
        _committed(planned, target, source, permits)
        _order(planned, target)


def _findings(planned: Planned) -> None:
    """Findings that fail: a released version changed in place, evidence of another release."""
    failed = [f for f in planned.plan.findings if f.outcome is Outcome.FAIL]
    if failed:
        message = "; ".join(finding.message for finding in failed)
        raise Refused(message if failed[0].rule != "evidence" else f"the evidence: {message}")


def _evidence(planned: Planned, target: TargetPlan) -> None:
    if planned.project.manifest.places[target.name].require_gate:
        hint = "run `lensops gate --evidence FILE`, then apply with --evidence FILE"
        raise Refused(f"{target.name} requires the evidence of a passed gate", hint)


def _size(target: TargetPlan, permits: Permits) -> None:
    if permits.force:
        return
    if target.removes_many:
        served = len(target.observed.prompts) if target.observed else 0
        words = f"{len(target.removed)} of {served} prompts would be removed from {target.name}"
        raise Refused(words, "add --force if that is meant")
    if target.other_project:
        words = f"{target.name} serves another project: {target.other_project!r}"
        raise Refused(words, "add --force if it shall serve this one from now on")


def _committed(planned: Planned, target: TargetPlan, source: Source, permits: Permits) -> None:
    """A git target takes committed releases only; a directory takes others when told to.

    Outside a repository there is no commit to differ from: a directory may be written.
    """
    is_git = planned.project.manifest.places[target.name].git is not None
    if source.is_committed or (not is_git and (permits.dirty or not source.in_repository)):
        return
    hint = "commit first" + ("" if is_git else ", or add --allow-dirty")
    raise Refused(f"{_uncommitted(source)}; {target.name} was not changed", hint)


def _uncommitted(source: Source) -> str:
    if not source.in_repository:
        return "this is not a git repository, so no commit holds the release"
    if source.commit is None:
        return "there is no commit yet"
    names = ", ".join(source.changed[:SHOWN])
    more = len(source.changed) - SHOWN
    return f"not as committed: {names}" + (f" and {more} more" if more > 0 else "")


def _order(planned: Planned, target: TargetPlan) -> None:
    if planned.project.manifest.places[target.name].after in planned.seen:
        return  # both are applied, in order
    if reason := unserved(planned.project, target.name):
        raise Refused(reason, "apply that one first")
