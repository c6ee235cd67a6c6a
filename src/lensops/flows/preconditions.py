"""What must be true before an apply writes anything; one function a precondition."""

from __future__ import annotations

from dataclasses import dataclass

from lensops.errors import Refused, UserError
from lensops.evidence import Outcome
from lensops.flows.plan import Planned
from lensops.flows.provenance import Provenance
from lensops.flows.rules import RULES, Violation, check_override_permitted
from lensops.plan import TargetPlan
from lensops.release import Override

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the user allows by `--allow-dirty`, `--force`, and `--override` with `--reason`.

    `resume_after` is the number after which the log of one target goes on, of which part was lost.
    """

    dirty: bool = False
    force: bool = False
    rule: str | None = None
    reason: str = ""
    resume_after: int = 0


NONE = Overrides()


def read_overrides(
    *, dirty: bool, force: bool, rule: str | None, reason: str | None, resume_after: int | None
) -> Overrides:
    """The overrides of a command line. Raises `UserError` for those that cannot be meant."""
    number = resume_after or 0
    reason = " ".join((reason or "").split())
    if rule is None:
        if reason:
            raise UserError("--reason belongs to --override", "name the rule: --override after")
        return Overrides(dirty, force, resume_after=number)
    if rule not in RULES:
        problem = f"the rule {rule!r} cannot be overridden"
        raise UserError(problem, f"rules that a manifest may let you go past: {', '.join(RULES)}")
    if not reason:
        raise UserError("--override needs a reason", 'add --reason "…"; it is kept in the log')
    return Overrides(dirty, force, rule, reason, number)


def check_preconditions(
    planned: Planned, source: Provenance, overrides: Overrides = NONE, *, has_evidence: bool
) -> Override | None:
    """Raise `Refused` for the first precondition of the plan that does not hold.

    Gives the rule that was gone past, when it did not hold and the manifest that is served allows
    to go past it.
    """
    _check_findings(planned)
    if overrides.rule and len(planned.plan.targets) > 1:
        raise UserError("--override is for one target", "add --target NAME")
    override = None
    for target in planned.plan.targets:
        if not target.in_sync:
            _check_target(planned, target, source, overrides, has_evidence=has_evidence)
            override = _check_rules(planned, target, overrides)
    return override


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


def _check_findings(planned: Planned) -> None:
    """No finding fails: a released version changed in place, evidence of another release."""
    failures = [f for f in planned.plan.findings if f.outcome is Outcome.FAIL]
    if failures:
        message = "; ".join(finding.message for finding in failures)
        raise Refused(message if failures[0].rule != "evidence" else f"the evidence: {message}")


def _check_evidence(planned: Planned, target: TargetPlan) -> None:
    if planned.project.manifest.places[target.name].require_gate:
        hint = "run `lensops gate --base REF --evidence FILE`, then apply with --evidence FILE"
        raise Refused(f"{target.name} requires the evidence of a passed gate", hint)


def _check_removals(target: TargetPlan) -> None:
    if target.removes_many:
        served = len(target.observed.prompts) if target.observed else 0
        problem = (
            f"{len(target.removed_prompts)} of {served} prompts would be removed from {target.name}"
        )
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
    promotion = planned.candidate.promotion
    if promotion and source.commit is None:
        raise Refused(f"no commit holds what {promotion.target} serves", f"{hint}, and apply there")
    raise Refused(f"{_uncommitted_files(source)}; {target.name} was not changed", hint)


def _uncommitted_files(source: Provenance) -> str:
    if not source.in_repository:
        return "this is not a git repository, so no commit holds the release"
    if source.commit is None:
        return "there is no commit yet"
    names = ", ".join(source.changed[:SHOWN])
    more = len(source.changed) - SHOWN
    return f"not as committed: {names}" + (f" and {more} more" if more > 0 else "")


def _check_rules(planned: Planned, target: TargetPlan, overrides: Overrides) -> Override | None:
    override = None
    for violation in planned.violations[target.name]:
        if not violation.blocks:
            continue
        if violation.rule == overrides.rule:
            record = planned.seen[target.name].observed.record
            check_override_permitted(planned.project, target.name, record, violation.rule)
            override = Override(violation.rule, overrides.reason)
        else:
            raise Refused(violation.message, _hint(planned, target, violation))
    return override


def _hint(planned: Planned, target: TargetPlan, violation: Violation) -> str:
    if violation.rule not in planned.project.manifest.places[target.name].overrides:
        return violation.hint
    return f'{violation.hint}, or add --override {violation.rule} --reason "…"'
