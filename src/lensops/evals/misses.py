"""Misses: what a replay finds no recording of, counted before it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lensops.errors import UserError
from lensops.evals.protocols import AnswerRequest, GradeRequest
from lensops.format import list_some, plural

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
