"""Verify the whole chain of a target against git, and find the objects that no record names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from lensops.errors import Refused
from lensops.evidence import Finding, Outcome, join_outcomes
from lensops.flows.memory import forget
from lensops.flows.project import Opened, open_project
from lensops.flows.targets import observe_target, select_targets, target_of
from lensops.flows.vouch import Witness
from lensops.format import plural
from lensops.manifest.locate import ProjectRef
from lensops.release import Entry
from lensops.release.timeline import parse_time
from lensops.targets import Target
from lensops.targets.served import Garbage, Verification
from lensops.targets.verification import verify_chain


def verify(
    ref: ProjectRef,
    *,
    targets: Collection[str] = (),
    accept: bool = False,
) -> tuple[Verification, ...]:
    """What holds of each target and what does not.

    With `accept`, what this clone has seen before is forgotten first. Raises `RemoteFailed`.
    """
    project = open_project(ref)
    names = select_targets(project.manifest, targets)
    for name in names if accept else ():
        forget(project, name)
    return tuple(_verify(project, target_of(project, name)) for name in names)


def outcome_of(verifications: Sequence[Verification]) -> Outcome:
    """The outcome of all findings together."""
    findings = (finding for verification in verifications for finding in verification.findings)
    return join_outcomes((Outcome.PASS, *(finding.outcome for finding in findings)))


def _verify(project: Opened, target: Target) -> Verification:
    observed = observe_target(project, target).observed
    log = target.log()
    findings = [*verify_chain(target, observed, log), *_origins(project, target, log.entries)]
    findings += [*_clocks(target, log.entries), *_garbage(target)]
    releases = {record.release for record in log.records}
    return Verification(target.name, target.where, len(log.entries), len(releases), tuple(findings))


def _origins(project: Opened, target: Target, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Records whose commit does not ask for their release, or cannot be asked."""
    witness = Witness(project, target)
    for previous, entry in pairwise((None, *entries)):
        doubt = witness.doubt(entry, previous) if entry else None
        if doubt is not None:
            outcome = Outcome.FAIL if doubt.is_refuted else Outcome.INCONCLUSIVE
            yield Finding("origin", target.name, outcome, doubt.message)


def _clocks(target: Target, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Records that claim to be older than the one before them, or to be of the future."""
    latest = datetime.now(UTC) + timedelta(minutes=5)
    for previous, entry in pairwise((None, *entries)):
        time = parse_time(entry.record.time) if entry else None
        earlier = parse_time(previous.record.time) if previous else None
        if entry and (time is None or time > latest or (earlier and time < earlier)):
            message = f"record {entry.record.sequence} claims {entry.record.time}: a clock is wrong"
            yield Finding("clock", target.name, Outcome.NOTE, message)


def _garbage(target: Target) -> Iterator[Finding]:
    try:
        count = len(target.garbage_paths())
    except Refused:
        return  # a finding of the chain says why
    if count:
        message = f"{plural(count, 'object')} that no record names: `lensops gc {target.name}`"
        yield Finding("unreferenced", target.name, Outcome.NOTE, message)


def collect_garbage(
    ref: ProjectRef,
    *,
    targets: Collection[str] = (),
    remove: bool = False,
) -> tuple[Garbage, ...]:
    """The objects that no record names; with `remove`, they are removed.

    Raises `Refused` for a target whose log is damaged, and `RemoteFailed`.
    """
    project = open_project(ref)
    names = select_targets(project.manifest, targets)
    return tuple(_collect(target_of(project, name), remove=remove) for name in names)


def _collect(target: Target, *, remove: bool) -> Garbage:
    paths = target.garbage_paths()
    return Garbage(target.name, paths, target.remove(paths) if remove else ())
