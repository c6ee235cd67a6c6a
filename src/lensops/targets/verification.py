"""Verify a target: every record, every release, what is served, against one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lensops.errors import UserError
from lensops.evidence import Finding, Outcome
from lensops.release import Record, served_prompts

if TYPE_CHECKING:
    from lensops.targets.target import Log, Observed, Target


def verify_chain(target: Target, observed: Observed, log: Log) -> Iterator[Finding]:
    """What is wrong with a target by itself, without git's history."""
    for problem in dict.fromkeys((*observed.problems, *log.problems)):
        is_open = "begins anew" in problem
        yield Finding(
            "chain", target.name, Outcome.INCONCLUSIVE if is_open else Outcome.FAIL, problem
        )
    if observed.record is not None and not observed.is_settled:
        message = f"what it serves is not what record {observed.record.sequence} says"
        yield Finding("current", target.name, Outcome.FAIL, message)
    yield from _releases(target, log.records)


def _releases(target: Target, records: tuple[Record, ...]) -> Iterator[Finding]:
    """Each release is read once; each record must name the prompts that its release has."""
    for digest in dict.fromkeys(record.release for record in records):
        naming = [record for record in records if record.release == digest]
        try:
            release = target.release(digest)
        except UserError as error:
            message = f"the release of record {naming[0].sequence}: {error.message}"
            yield Finding("release", target.name, Outcome.FAIL, message)
            continue
        for record in naming:
            if record.prompts != served_prompts(release):
                message = f"record {record.sequence} names other prompts than its release has"
                yield Finding("release", target.name, Outcome.FAIL, message)
