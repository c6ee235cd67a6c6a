"""Apply: plan again, refuse what must not go live, write, read back, give receipts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from lensops.errors import Refused, RemoteFailed, Stale, UserError
from lensops.flows.memory import recall, remember
from lensops.flows.plan import Planned, planned
from lensops.flows.preconditions import NONE, Overrides, check_preconditions
from lensops.flows.provenance import Provenance, find_provenance
from lensops.flows.rules import AFTER, unserved_reason
from lensops.manifest.locate import ProjectRef
from lensops.plan import Plan, TargetPlan
from lensops.release import Draft, Entry
from lensops.targets import Receipt
from lensops.targets.reading import MAX_JUMP


@dataclass(frozen=True, slots=True)
class Ready:
    """A plan that may be carried out. `evidence` is the digest of what lets it go."""

    planned: Planned
    draft: Draft

    @property
    def plan(self) -> Plan:
        return self.planned.plan

    @property
    def todo(self) -> tuple[TargetPlan, ...]:
        """The targets that would be written, in order."""
        return tuple(target for target in self.plan.targets if not target.in_sync)


def prepare(
    ref: ProjectRef,
    *,
    targets: Collection[str] = (),
    plan_digest: str | None = None,
    evidence: Path | None = None,
    overrides: Overrides = NONE,
    source: str | None = None,
) -> Ready:
    """Plan again and look for everything that forbids an apply; nothing is written.

    With `source`, a target, what that one serves is promoted instead of the manifest's release.

    Raises `Invalid`, `Stale` when `plan_digest` is another plan's, and `Refused`.
    """
    plan = planned(ref, targets=targets, evidence=evidence, source=source)
    if overrides.resume_after:
        plan = _resume(plan, overrides.resume_after)
    if plan_digest is not None and plan_digest != plan.plan.digest:
        raise _stale_plan(plan.plan, plan_digest)
    origin = _provenance(plan)
    override = check_preconditions(plan, origin, overrides, has_evidence=evidence is not None)
    time = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    commit = origin.commit if origin.is_committed else None
    promotion = plan.candidate.promotion
    draft = Draft(origin.actor, time, commit, plan.evidence, override, promotion)
    return Ready(plan, draft._replace(after_sequence=overrides.resume_after))


def carry_out(ready: Ready) -> Iterator[Receipt]:
    """Write target by target; each receipt is given as soon as its target was read back.

    Raises `Stale` when a target moved since it was planned, and `RemoteFailed`. Targets whose
    receipts were given stay applied.
    """
    for plan in ready.plan.targets:
        entry = None if plan.in_sync else _write(ready, plan.name)
        yield Receipt(plan, ready.planned.seen[plan.name].target.where, entry)


def _resume(plan: Planned, number: int) -> Planned:
    """The plan of one target that is written also when it is in sync, after this number."""
    if len(plan.seen) != 1:
        raise UserError("--resume-after is for one target", "add --target NAME")
    ((name, target),) = plan.seen.items()
    last = target.observed.sequence
    if not last <= number <= last + MAX_JUMP:
        problem = f"--resume-after {number}: the log of {name} ends with record {last}"
        raise UserError(problem, "name the last number that was served before the log was lost")
    (target_plan,) = plan.plan.targets
    resumed = target_plan._replace(settled=target_plan.settled and number == last)
    return plan._replace(plan=plan.plan._replace(targets=(resumed,)))


def _provenance(plan: Planned) -> Provenance:
    """Where the release comes from; a promoted one from the commit of the record it is taken of.

    Of the work tree, only the manifest counts then: it says where the targets lie.
    """
    origin = find_provenance(plan.project)
    if plan.candidate.promotion is None:
        return origin
    manifest = plan.project.file.path
    changed = tuple(path for path in origin.changed if path.endswith(manifest))
    return replace(origin, commit=plan.candidate.commit, changed=changed)


def _write(ready: Ready, name: str) -> Entry:
    project, (target, observed) = ready.planned.project, ready.planned.seen[name]
    release, override = ready.planned.candidate.release, ready.draft.override
    if not (override and override.rule == AFTER) and (
        reason := unserved_reason(project, name, release)
    ):
        raise Refused(reason, "apply that one first")
    draft = ready.draft._replace(after_sequence=_last_number(ready, name))
    record = target.write(release, draft, observed)
    remember(project, name, record, is_ours=True)
    result = target.observe()
    if result.digest != release.digest and result.sequence <= record.sequence:
        reason = "; ".join(result.problems) or "it changed"
        problem = f"{name} does not serve what was written: {reason}"
        raise RemoteFailed(problem, "look at it with `lensops status`")
    return Entry(record, ready.draft.statement)


def _last_number(ready: Ready, name: str) -> int:
    """The number after which the log goes on, also where its end was taken away."""
    remembered = recall(ready.planned.project, name).sequence
    is_plausible = remembered <= ready.planned.seen[name].observed.sequence + MAX_JUMP
    return max(ready.draft.after_sequence, remembered if is_plausible else 0)


def _stale_plan(plan: Plan, reviewed: str) -> Stale:
    problem = "the plan is stale: what would be applied now is not what was reviewed"
    if plan.in_sync:
        problem = "the plan is stale: what it would apply is served already"
    digests = f"{reviewed} then, {plan.digest} now"
    return Stale(f"{problem} ({digests})", "run `lensops plan` and review it")
