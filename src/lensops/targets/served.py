"""What commands find out about targets: logs, moments, what was verified, what is left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lensops.evidence import Finding
    from lensops.release import Release
    from lensops.release.timeline import Moment
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
