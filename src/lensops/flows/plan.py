"""Plan: what would change at the targets, or what the branch changes against its base."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lensops.errors import UserError
from lensops.evidence import Finding, Outcome
from lensops.flows.candidate import Candidate, candidate
from lensops.flows.check_evidence import check_evidence
from lensops.flows.findings import released_findings, target_findings
from lensops.flows.model_ends import ending_findings
from lensops.flows.project import Opened, open_project
from lensops.flows.rules import Violation, violations
from lensops.flows.targets import Seen, observe_targets, select_targets
from lensops.format import short_commit, short_digest
from lensops.manifest.locate import ProjectRef
from lensops.plan import Plan, TargetPlan, make
from lensops.release import Kind

if TYPE_CHECKING:
    from lensops.flows.base import BaseSnapshot
    from lensops.prompts import Prompt

BASE = "base"  # stands for a target in a plan against a base


class Planned(NamedTuple):
    """A plan together with the project and the targets that it was made of."""

    plan: Plan
    project: Opened
    seen: dict[str, Seen]
    candidate: Candidate
    violations: Mapping[str, tuple[Violation, ...]]  # by target
    evidence: str | None = None  # the digest of evidence that lets the release go


def plan(
    ref: ProjectRef,
    *,
    targets: Collection[str] = (),
    evidence: Path | None = None,
    source: str | None = None,
) -> Plan:
    """What an apply would change. Raises `Invalid`, `UserError` and `RemoteFailed`."""
    whole = planned(ref, targets=targets, evidence=evidence, source=source)
    if source is not None:
        return whole.plan
    return add_notes(whole.plan, whole.project)


def add_notes(plan: Plan, project: Opened) -> Plan:
    """A plan with what it costs to evaluate, and the models that end. Raises `Invalid`."""
    findings = [*plan.findings, *ending_findings(project)]
    evaluated = {project.manifest.prompt_of(suite) for suite in project.manifest.evals}
    if evaluated & replaced_prompts(plan).keys():
        # where nothing changes, no eval loads
        from lensops.flows.estimates import estimate_findings

        findings += estimate_findings(project, replaced_prompts(plan))
    return plan._replace(findings=tuple(findings))


def replaced_prompts(plan: Plan) -> dict[str, Prompt | None]:
    """The prompts that a plan creates or changes, each with what its first target serves of it."""
    replaced: dict[str, Prompt | None] = {}
    for change in (change for target in plan.targets for change in target.changes):
        older, newer = change.prompts
        if newer is not None:
            replaced.setdefault(change.name, older)
    return replaced


def planned(
    ref: ProjectRef,
    *,
    targets: Collection[str] = (),
    evidence: Path | None = None,
    source: str | None = None,
) -> Planned:
    """The plan with what it was made of, as an apply needs it.

    With `source`, a target, what that one serves is promoted instead of the manifest's release.
    """
    project = open_project(ref)
    names = _target_names(project, targets, source)
    release = candidate(project, source, with_digests=evidence is not None)
    accepted, about_evidence = check_evidence(evidence, project, release, names)
    seen = observe_targets(project, names)
    plans = {name: _target_plan(release, target) for name, target in seen.items()}
    broken = {name: violations(project, release, seen, plans[name]) for name in plans}
    noted = tuple(
        plan.noting(
            *target_findings(seen[name], plan, broken[name]), *_served_before(seen[name], plan)
        )
        for name, plan in plans.items()
    )
    findings = (*_origin_findings(project, release), *about_evidence)
    if evidence is None:
        noted = tuple(_wants_evidence(project, each) for each in noted)
    return Planned(Plan(noted, findings), project, seen, release, broken, accepted)


def plan_base(ref: ProjectRef, base: str) -> Plan:
    """What the work tree changes against the merge base of `HEAD` and `base`.

    Raises `Invalid` for the manifest of the work tree, and `UserError` without a repository, for
    an unknown revision, and where a shallow clone holds no merge base.
    """
    project = open_project(ref)
    from lensops.flows.base import open_base

    with open_base(project, base) as snapshot:
        return compare_with_base(project, snapshot)


def compare_with_base(project: Opened, snapshot: BaseSnapshot) -> Plan:
    """What a project changes against a base that is open."""
    release = snapshot.project.desired if snapshot.project else None
    notes = (Finding("base", project.file.path, Outcome.NOTE, snapshot.missing),)
    target = make(BASE, release, project.desired, notes if snapshot.missing else ())
    plan = Plan((target,), released_findings(project), snapshot.base)
    return add_notes(plan, project)


def _target_names(project: Opened, targets: Collection[str], source: str | None) -> tuple[str, ...]:
    names = select_targets(project.manifest, targets)
    if source is not None and (not targets or source in targets):
        raise UserError("--from needs another target to promote to", "add --target NAME")
    return names


def _origin_findings(project: Opened, release: Candidate) -> tuple[Finding, ...]:
    """Versions edited in place in the work tree, or where a promoted release comes from."""
    promotion = release.promotion
    if promotion is None:
        return released_findings(project)
    commit = f"commit {short_commit(release.commit)}" if release.commit else "not committed"
    words = f"release {short_digest(release.release.digest)} of {promotion.target}"
    message = f"{words}, record {promotion.sequence}, {commit}"
    return (Finding("promotion", promotion.target, Outcome.NOTE, message),)


def _served_before(seen: Seen, plan: TargetPlan) -> Iterator[Finding]:
    """That the target served this release before, and what took its place.

    The digest of a plan is the same as it was then: what was reviewed once is valid again.
    """
    if plan.in_sync or not seen.observed.sequence:
        return
    records = seen.target.log().records
    earlier = [n for n, r in enumerate(records) if r.release == plan.desired.digest]
    if earlier and earlier[-1] + 1 < len(records):
        served, successor = records[earlier[-1]], records[earlier[-1] + 1]
        how = "rolled it back" if successor.kind is Kind.ROLLBACK else "replaced it"
        message = (
            f"served this release as record {served.sequence}; record {successor.sequence} {how}"
        )
        yield Finding("served_before", plan.name, Outcome.NOTE, message)


def _wants_evidence(project: Opened, plan: TargetPlan) -> TargetPlan:
    if not project.manifest.places[plan.name].require_gate or plan.in_sync:
        return plan
    message = "apply needs the evidence of a passed gate: `lensops apply --evidence FILE`"
    return plan.noting(Finding("evidence_missing", plan.name, Outcome.NOTE, message))


def _target_plan(release: Candidate, seen: Seen) -> TargetPlan:
    observed = seen.observed
    return make(seen.target.name, observed.release, release.release, settled=observed.is_settled)
