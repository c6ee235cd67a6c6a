"""Shards: a split of a suite's cases by the digest of what is asked, for machines side by side."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

from lensops.errors import UserError
from lensops.evals.arm import Arm
from lensops.evals.cases import Case
from lensops.evals.recorded import GradeRow, OutputRow
from lensops.evals.text import same_json

_FILE = re.compile(r"\.shard-(\d+)-of-(\d+)\.jsonl$")
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


def label_of(file: str) -> str | None:
    """`2/8` of the name of a shard's recordings; None for other names."""
    match = _FILE.search(file)
    return f"{match[1]}/{match[2]}" if match else None


def lost_shards(labels: Collection[str]) -> list[str]:
    """The parts of a split run, by the labels of its rows, that none of them is of."""
    splits = {int(label.partition("/")[2]) for label in labels}
    every = [f"{number}/{of}" for of in sorted(splits) for number in range(1, of + 1)]
    return [label for label in every if label not in labels]


def clash(rows: Sequence[OutputRow | GradeRow]) -> OutputRow | GradeRow | None:
    """Of the rows of one request, one that answers otherwise than another shard's row, or None.

    A vote may be asked anew in the same shard, an output only in a recording of its own.
    """
    for earlier, later in combinations([row for row in rows if row.shard], 2):
        if isinstance(earlier, OutputRow) and isinstance(later, OutputRow):
            if earlier.case == later.case and not same_json(earlier.output, later.output):
                return later
        elif isinstance(earlier, GradeRow) and isinstance(later, GradeRow):
            answers = (earlier.grades, later.grades)
            is_other = earlier.shard != later.shard and earlier.model == later.model
            if is_other and None not in answers and answers[0] != answers[1]:
                return later
    return None


def parse_shard(text: str) -> Shard:
    """`2/8` as the second of eight. Raises `UserError`."""
    match = _SHARD.fullmatch(text)
    if match is None or int(match[1]) > int(match[2]):
        raise UserError(f"{text!r} is no shard", "write it as 2/8, the second of eight")
    return Shard(int(match[1]), int(match[2]))
