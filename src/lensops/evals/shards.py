"""Shards: a split of a suite's cases by the digest of what is asked, for machines side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lensops.errors import UserError
from lensops.evals.arm import Arm
from lensops.evals.cases import Case

_SHARD = re.compile(r"([1-9]\d{0,4})/([1-9]\d{0,4})")


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of several, counted from 1. Every case is in exactly one."""

    number: int
    of: int

    def has(self, case: Case, arm: Arm) -> bool:
        """Whether a case is in this part, by the digest of its first request."""
        requests = arm.requests(case)
        if not requests:  # nothing to be asked of it
            return self.number == 1
        return int(requests[0].digest[-16:], 16) % self.of == self.number - 1

    def path(self, recordings: str) -> str:
        """Where its rows are recorded: `v2.jsonl` becomes `v2.shard-2-of-8.jsonl`."""
        stem = recordings.removesuffix(".jsonl")
        return f"{stem}.shard-{self.number}-of-{self.of}.jsonl"


def parse_shard(text: str) -> Shard:
    """`2/8` as the second of eight. Raises `UserError`."""
    match = _SHARD.fullmatch(text)
    if match is None or int(match[1]) > int(match[2]):
        raise UserError(f"{text!r} is no shard", "write it as 2/8, the second of eight")
    return Shard(int(match[1]), int(match[2]))
