"""What commands find out about targets: logs, what was verified or is left over, whose answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lensops.release.timeline import parse_time

if TYPE_CHECKING:
    from lensops.evidence import Finding
    from lensops.release import Entry, Release
    from lensops.release.timeline import Moment
    from lensops.release.traces import Answer
    from lensops.targets.target import Log


@dataclass(frozen=True, slots=True)
class TargetLog:
    """The log of one target; `pull_requests` are numbers by commit, where messages name them."""

    name: str
    where: str
    log: Log
    pull_requests: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ServedAt:
    """What a target served at a time.

    `release` is None before the first record, and where it cannot be read; `problem` says why.
    """

    target: str
    moment: Moment
    release: Release | None = None
    pull_request: int | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What was verified of a target, and what does not hold."""

    name: str
    where: str
    records: int
    releases: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Garbage:
    """The objects of a target that no record names, by path; `removed` are those that are gone."""

    name: str
    objects: tuple[str, ...]
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """An entry by which a target served a release."""

    target: str
    entry: Entry
    pull_request: int | None = None


@dataclass(frozen=True, slots=True)
class ReleaseBlame:
    """The answers of one release. Without `served`, no log that was read has it.

    `prompts` counts them by name and version; `early` are those whose time is before that of the
    first record: a clock, or a claim, is wrong.
    """

    release: str
    answers: int
    prompts: Mapping[tuple[str, str], int]
    first: datetime | None
    last: datetime | None
    served: tuple[Service, ...] = ()
    early: int = 0


@dataclass(frozen=True, slots=True)
class Blame:
    """All spans of a trace: answers by release, and those that cannot be placed."""

    releases: tuple[ReleaseBlame, ...]
    spans: int
    without_release: int  # they name a prompt and no release
    problems: tuple[str, ...] = ()  # of the logs that were read

    @property
    def answers(self) -> int:
        """The answers whose release is named."""
        return sum(blame.answers for blame in self.releases)

    @property
    def unknown(self) -> tuple[ReleaseBlame, ...]:
        """The releases that no log has served."""
        return tuple(blame for blame in self.releases if not blame.served)


def blame_releases(answers: Iterable[Answer | None], logs: Mapping[str, Log]) -> Blame:
    """Count the answers by release, the most first, and find the records that served them."""
    spans = without = 0
    by_release: dict[str, list[Answer]] = {}
    for answer in answers:
        spans += 1
        if answer is not None and answer.release is not None:
            by_release.setdefault(answer.release, []).append(answer)
        elif answer is not None:
            without += 1
    blamed = [_blame(release, of_release, logs) for release, of_release in by_release.items()]
    blamed.sort(key=lambda blame: (-blame.answers, blame.release))
    problems = tuple(f"{name}: {p}" for name, log in logs.items() for p in log.problems)
    return Blame(tuple(blamed), spans, without, problems)


def _blame(release: str, answers: Sequence[Answer], logs: Mapping[str, Log]) -> ReleaseBlame:
    served = tuple(
        Service(name, entry)
        for name, log in logs.items()
        for entry in log.entries
        if entry.record.release == release
    )
    times = [answer.time for answer in answers if answer.time is not None]
    starts = [time for s in served if (time := parse_time(s.entry.record.time)) is not None]
    early = sum(time < min(starts) for time in times) if starts else 0
    prompts = Counter((answer.prompt or "?", answer.version or "?") for answer in answers)
    first, last = (min(times), max(times)) if times else (None, None)
    return ReleaseBlame(release, len(answers), prompts, first, last, served, early)
