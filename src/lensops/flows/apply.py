"""Apply: plan again, refuse what must not go live, write, read back, give receipts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lensops.errors import Refused, RemoteFailed, Stale
from lensops.flows.findings import unserved
from lensops.flows.plan import Planned, planned
from lensops.flows.refusals import NOTHING, Permits, check
from lensops.flows.source import source
from lensops.plan import Plan, TargetPlan
from lensops.release import Draft, Record


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


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an apply did at one target; `record` is None when there was nothing to do."""

    plan: TargetPlan
    where: str
    record: Record | None = None


def prepare(
    directory: Path,
    manifest: Path | None = None,
    *,
    target: str | None = None,
    plan_digest: str | None = None,
    evidence: Path | None = None,
    permits: Permits = NOTHING,
) -> Ready:
    """Plan again and look for everything that forbids an apply; nothing is written.

    Raises `Invalid`, `Stale` when `plan_digest` is another plan's, and `Refused`.
    """
    made = planned(directory, manifest, target=target, evidence=evidence)
    if plan_digest is not None and plan_digest != made.plan.digest:
        raise _stale(made.plan, plan_digest)
    origin = source(made.project)
    check(made, origin, permits, has_evidence=evidence is not None)
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    commit = origin.commit if origin.is_committed else None
    return Ready(made, Draft(origin.actor, now, commit, made.evidence))


def carry_out(ready: Ready) -> Iterator[Receipt]:
    """Write target by target; each receipt is given as soon as its target was read back.

    Raises `Stale` when a target moved since it was planned, and `RemoteFailed`. Targets whose
    receipts were given stay applied.
    """
    for plan in ready.plan.targets:
        seen = ready.planned.seen[plan.name]
        record = None if plan.in_sync else _write(ready, plan.name)
        yield Receipt(plan, seen.target.where, record)


def _write(ready: Ready, name: str) -> Record:
    project, seen = ready.planned.project, ready.planned.seen[name]
    if reason := unserved(project, name):
        raise Refused(reason, "apply that one first")
    record = seen.target.write(project.desired, ready.draft, seen.observed)
    now = seen.target.observe()
    if now.digest != project.desired.digest and now.sequence <= record.sequence:
        words = f"{name} does not serve what was written: {'; '.join(now.problems) or 'it changed'}"
        raise RemoteFailed(words, "look at it with `lensops status`")
    return record


def _stale(plan: Plan, asked: str) -> Stale:
    words = "the plan is stale: what would be applied now is not what was reviewed"
    if plan.in_sync:
        words = "the plan is stale: what it would apply is served already"
    return Stale(f"{words} ({asked} then, {plan.digest} now)", "run `lensops plan` and review it")
