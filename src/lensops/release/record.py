"""The record that an apply leaves in a target's log: which release, when, by whom, after what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from lensops.prompts import digest
from lensops.release.statement import NOTHING_STATED, Override, Promotion, Statement
from lensops.release.value import Release

SCHEMA: Final = "lensops/record/v1"
MAX_SEQUENCE = 10**18
_STRICT = ConfigDict(strict=True, extra="forbid")


class Kind(StrEnum):
    """Why a release went live, told from the log alone, never from a message."""

    APPLY = "apply"
    ROLLBACK = "rollback"  # the release was live before the one that it replaces
    ADOPT = "adopt"  # the target served it already, put there by other means


@dataclass(frozen=True, slots=True)
class Served:
    """A prompt of a release, as a record names it."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    version: str
    digest: str


class Draft(NamedTuple):
    """What an apply knows before its place in the log is known. `time` is ISO 8601 in UTC.

    The record is numbered after `after_sequence`, where the log ends earlier: part of it was lost.
    """

    actor: str
    time: str
    commit: str | None = None
    evidence: str | None = None
    override: Override | None = None
    promoted: Promotion | None = None
    after_sequence: int = 0

    @property
    def statement(self) -> Statement:
        """What is stated beside the record."""
        return Statement(self.evidence, self.override, self.promoted)


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a log. `previous` is the digest of the record before: the log is a chain.

    `evidence` is the digest of the gate's evidence, or of a `Statement` that names it. `actor`,
    `time` and `commit` are what the writer claimed.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    sequence: Annotated[int, Field(ge=1, le=MAX_SEQUENCE)]
    kind: Kind
    release: str
    prompts: Mapping[str, Served]
    actor: str
    time: str
    commit: str | None = None
    evidence: str | None = None
    previous: str | None = None
    schema: Literal["lensops/record/v1"] = SCHEMA

    @property
    def digest(self) -> str:
        """Over everything that the record says."""
        return digest("record", self.body())

    def body(self) -> dict[str, Any]:
        """The record as JSON values."""
        prompts = {
            name: {"version": served.version, "digest": served.digest}
            for name, served in self.prompts.items()
        }
        return {
            "sequence": self.sequence,
            "kind": str(self.kind),
            "release": self.release,
            "prompts": prompts,
            "actor": self.actor,
            "time": self.time,
            "commit": self.commit,
            "evidence": self.evidence,
            "previous": self.previous,
            "schema": self.schema,
        }


class Entry(NamedTuple):
    """A record of a log with what was stated beside it."""

    record: Record
    statement: Statement = NOTHING_STATED


def next_record(
    release: Release, draft: Draft, log: Sequence[Record], sequence: int, live: str | None
) -> Record:
    """The record of an apply. `log` holds the records before, `live` is the digest served now.

    `sequence` is the number of the new record; a log with an unreadable last record has none
    to chain to, and the chain begins again.
    """
    last = log[-1] if log and log[-1].sequence == sequence - 1 else None
    return Record(
        sequence,
        _kind(release.digest, log, live),
        release.digest,
        served_prompts(release),
        draft.actor,
        draft.time,
        draft.commit,
        draft.statement.reference,
        last.digest if last else None,
    )


def served_prompts(release: Release) -> dict[str, Served]:
    """The prompts of a release as its records name them."""
    return {
        name: Served(prompt.version, release.prompt_digest(name))
        for name, prompt in release.prompts.items()
    }


def read_record(data: bytes) -> Record:
    """The record in the JSON text of one. Raises `ValueError` when it is none."""
    try:
        return _adapter().validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ValueError(f"{where + ': ' if where else ''}{first['msg']}") from None


def _kind(release: str, log: Sequence[Record], live: str | None) -> Kind:
    if log and log[-1].release == release:
        return Kind.APPLY
    if live == release:
        return Kind.ADOPT
    return Kind.ROLLBACK if release in _live_line(log) else Kind.APPLY


def _live_line(log: Sequence[Record]) -> list[str]:
    """The releases that led to the one that is live; a rollback takes away what it left behind.

    So a release that comes back after it was rolled back is applied again, as in git's history.
    """
    line: list[str] = []
    for record in log:
        if record.release in line:
            del line[line.index(record.release) + 1 :]
        else:
            line.append(record.release)
    return line


@cache
def _adapter() -> TypeAdapter[Record]:
    return TypeAdapter(Record)
