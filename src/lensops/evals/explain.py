"""Explain: what a replay finds no recording of, and which part of a request differs from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lensops.errors import UserError
from lensops.evals.protocols import AnswerRequest, GradeRequest
from lensops.format import list_some, plural

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of a request, such as `inputs.points`, now and when it was recorded."""

    part: str
    recorded: str | None  # None: it was not there
    current: str | None  # None: it is no longer there


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a request finds its recording, or does not.

    `state` is `recorded`, `changed` (the nearest recording was asked something else), or `never`
    (nothing of this kind was recorded for the case).
    """

    kind: str  # output or grade
    sample: int
    key: str
    state: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseExplained:
    """What is recorded of one case of a suite under the active version."""

    suite: str
    version: str
    path: str
    case: str
    requests: tuple[Explained, ...]


def explain(
    kind: str,
    key: str,
    request: Mapping[str, Any],
    recorded: Iterable[Mapping[str, Any]],
    *,
    is_recorded: bool,
) -> Explained:
    """Compare a request with the recorded ones of its case; the nearest one is told.

    `is_recorded`: its key is among the recordings, whatever these say of their requests.
    """
    sample = int(request["sample"])
    if is_recorded:
        return Explained(kind, sample, key, "recorded")
    near = [tuple(differences(old, request)) for old in recorded]
    if not near:
        return Explained(kind, sample, key, "never")
    return Explained(kind, sample, key, "changed", min(near, key=len))


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """The leaves at which two requests differ."""
    older, newer = dict(_leaves(old)), dict(_leaves(new))
    for part in dict.fromkeys([*newer, *older]):
        if older.get(part, _ABSENT) != newer.get(part, _ABSENT):
            yield Difference(part, older.get(part), newer.get(part))


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(dotted path, text) of each value; messages are named by their role."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for number, item in enumerate(value, start=1):
            yield from _leaves(item, f"{path}.{number}")
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


HINT = "`lensops eval --record` asks for what is missing; `--explain {}` shows what differs"


@dataclass(slots=True)
class Misses:
    """Requests that a replay found no recording of, by what they ask for."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    cases: dict[str, None] = field(default_factory=dict)

    def add(self, noun: str, what: str, requests: Sequence[AnswerRequest | GradeRequest]) -> None:
        """Count requests, such as for an `output` of `v2`, or a `vote` of `the judge`."""
        key = (noun, what)
        self.counts[key] = self.counts.get(key, 0) + len(requests)
        self.cases.update(dict.fromkeys(request.case_id for request in requests))

    def raise_if_any(self) -> None:
        """Raises `UserError` that counts them and names the first cases."""
        if self.counts:
            counts = " and ".join(
                f"{plural(count, noun)} of {what}" for (noun, what), count in self.counts.items()
            )
            hint = HINT.format(next(iter(self.cases)))
            verb = "is" if sum(self.counts.values()) == 1 else "are"
            raise UserError(f"{counts} {verb} not recorded: {list_some(self.cases)}", hint)
