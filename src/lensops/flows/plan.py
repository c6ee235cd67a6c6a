"""Plan: what would change at the targets, or what the branch changes against its base."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from lensops.evidence import Finding, Outcome, refusals
from lensops.flows.evidence_digests import evidence_digests
from lensops.flows.findings import released_findings, target_findings
from lensops.flows.project import Opened, open_project
from lensops.flows.targets import Seen, observe_targets, select_targets
from lensops.plan import Plan, TargetPlan, make


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan together with the project and the targets that it was made of."""

    plan: Plan
    project: Opened
    seen: dict[str, Seen]
    evidence: str | None = None  # the digest of evidence that lets the release go


def plan(
    directory: Path,
    manifest: Path | None = None,
    *,
    targets: Collection[str] = (),
    evidence: Path | None = None,
) -> Plan:
    """What an apply would change. Raises `Invalid`, `UserError` and `RemoteFailed`."""
    return planned(directory, manifest, targets=targets, evidence=evidence).plan


def planned(
    directory: Path,
    manifest: Path | None = None,
    *,
    targets: Collection[str] = (),
    evidence: Path | None = None,
) -> Planned:
    """The plan with what it was made of, as an apply needs it."""
    project = open_project(directory, manifest)
    accepted, about_evidence = _evidence(evidence, project)
    seen = observe_targets(project, select_targets(project.manifest, targets))
    plans = tuple(_target_plan(project, each, seen) for each in seen.values())
    findings = (*released_findings(project), *about_evidence)
    if evidence is None:
        plans = tuple(_wants_evidence(project, each) for each in plans)
    return Planned(Plan(plans, findings), project, seen, accepted)


def _evidence(path: Path | None, project: Opened) -> tuple[str | None, tuple[Finding, ...]]:
    """The digest of evidence that lets the release go, and what is to be said of it."""
    if path is None:
        return None, ()
    from lensops.evidence.file import digest_of, read_evidence

    verdict = read_evidence(path)
    reasons = refusals(verdict, evidence_digests(project))
    found = [Finding("evidence", path.name, Outcome.FAIL, reason) for reason in reasons]
    if found:
        return None, tuple(found)
    words = f"the gate passed on release {project.desired.digest}"
    return digest_of(verdict), (Finding("evidence", path.name, Outcome.PASS, words),)


def _wants_evidence(project: Opened, plan: TargetPlan) -> TargetPlan:
    if not project.manifest.places[plan.name].require_gate or plan.in_sync:
        return plan
    words = "apply needs the evidence of a passed gate: `lensops apply --evidence FILE`"
    return plan.noting(Finding("evidence_missing", plan.name, Outcome.NOTE, words))


def _target_plan(project: Opened, seen: Seen, names: Collection[str]) -> TargetPlan:
    """The plan for one target; `names` are all that are planned together with it."""
    name, observed = seen.target.name, seen.observed
    made = make(name, observed.release, project.desired, settled=observed.is_settled)
    return made.noting(*target_findings(project, seen, made, names))
