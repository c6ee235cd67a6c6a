"""Usage: tokens, money and time of replies, as recorded and to come, and budgets on them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lensops.evals.interval import meets
from lensops.evals.recorded import GradeRow, OutputRow
from lensops.evidence import Outcome
from lensops.manifest.budget import Budget, read_growth, read_seconds

CHARACTERS = 4.0  # of a token, where no recording says better


@dataclass(frozen=True, slots=True)
class Usage:
    """What the outputs of a version, or the votes on them, took, and which models gave them.

    None where not every reply states it. `ends`: by model, the day on which its provider said, when
    it was recorded, that it ends.
    """

    replies: int
    tokens_in: int | None
    tokens_out: int | None
    cost: float | None  # US dollars
    seconds: float | None  # of all replies, one after the other
    latency_p95: float | None  # seconds
    models: tuple[str, ...] = ()
    ends: Mapping[str, str] = field(default_factory=dict)

    @property
    def tokens(self) -> int | None:
        """In and out together."""
        if self.tokens_in is None or self.tokens_out is None:
            return None
        return self.tokens_in + self.tokens_out


class UsageTally:
    """Takes in rows one after the other."""

    def __init__(self) -> None:
        self.replies = 0
        self._sums = {"tokens_in": 0.0, "tokens_out": 0.0, "cost": 0.0}
        self._stated = dict.fromkeys(self._sums, 0)
        self._latencies = array("f")
        self._models: set[str] = set()
        self._ends: dict[str, str] = {}

    def add(self, row: OutputRow | GradeRow) -> None:
        """Take a row in."""
        self.replies += 1
        if row.model is not None:
            self._models.add(row.model)
            if row.ends is not None:
                self._ends[row.model] = row.ends
        for name in self._sums:
            if (value := getattr(row, name)) is not None:
                self._stated[name] += 1
                self._sums[name] += value
        if row.latency_s is not None:
            self._latencies.append(row.latency_s)

    def usage(self) -> Usage | None:
        """What all rows took; None without rows."""
        if not self.replies:
            return None
        sent, received = (self._sum(name) for name in ("tokens_in", "tokens_out"))
        timed = sorted(self._latencies) if len(self._latencies) == self.replies else []
        return Usage(
            self.replies,
            None if sent is None else int(sent),
            None if received is None else int(received),
            cost=self._sum("cost"),
            seconds=math.fsum(timed) if timed else None,
            latency_p95=timed[math.ceil(0.95 * len(timed)) - 1] if timed else None,
            models=tuple(sorted(self._models)),
            ends=self._ends,
        )

    def _sum(self, name: str) -> float | None:
        return self._sums[name] if self._stated[name] == self.replies else None


@dataclass(slots=True)
class Ratios:
    """How recorded requests of a kind went: characters, tokens, seconds; summed."""

    count: int = 0
    characters: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cut: int = 0  # replies that a lower limit of tokens than the new one cut off
    room: int | None = 0  # tokens that those may have more; None: the new request has no limit

    def add(
        self,
        characters: int,
        row: OutputRow | GradeRow,
        then: int | None = None,
        now: int | None = None,
    ) -> None:
        """Take a recorded request in, when its row states its tokens.

        `then` is the limit of tokens that it was asked with, `now` that of what is to be asked.
        """
        if row.tokens_in is None or row.tokens_out is None:
            return
        self.count += 1
        self.characters += characters
        self.tokens_in += row.tokens_in
        self.tokens_out += row.tokens_out if now is None else min(row.tokens_out, now)
        self.seconds += row.latency_s or 0.0
        if then is not None and (now is None or now > then) and _reaches(row, then):
            self.cut += 1
            known = self.room is not None and now is not None
            self.room = (self.room or 0) + (now or 0) - row.tokens_out if known else None

    def tokens_for(self, characters: int) -> int:
        """Tokens that a text of so many characters is taken to have."""
        ratio = self.tokens_in / self.characters if self.characters else 1 / CHARACTERS
        return round(characters * ratio)


def _reaches(row: OutputRow | GradeRow, limit: int) -> bool:
    """Whether a reply ended because it was as long as it might be."""
    is_cut = isinstance(row, OutputRow) and row.finish_reason == "length"
    return is_cut or (row.tokens_out is not None and row.tokens_out >= limit)


@dataclass(slots=True)
class Part:
    """Requests of one kind that have no recording yet."""

    requests: int = 0
    characters: int = 0
    blind: int = 0  # requests whose text is not estimated yet: votes on outputs that are not there
    ratios: Ratios = field(default_factory=Ratios)

    @property
    def tokens_in(self) -> int:
        estimated = self.ratios.tokens_for(self.characters)
        if not self.ratios.count:
            return estimated
        return estimated + round(self.blind * self.ratios.tokens_in / self.ratios.count)

    @property
    def tokens_out(self) -> int | None:
        """None where no recording says how long replies are."""
        if not self.requests:
            return 0
        if not self.ratios.count:
            return None
        return round(self.requests * self.ratios.tokens_out / self.ratios.count)

    @property
    def room(self) -> int | None:
        """Tokens by which replies may be longer than recorded ones; None where nothing says."""
        if not self.ratios.cut or self.ratios.room is None:
            return None
        return round(self.requests * self.ratios.room / self.ratios.count)

    def seconds(self, at_once: int) -> float | None:
        """At so many requests under way."""
        if not self.ratios.count:
            return None if self.requests else 0.0
        return self.requests * self.ratios.seconds / self.ratios.count / at_once


@dataclass(frozen=True, slots=True)
class BudgetCheck:
    """One budget held against a version: what it says, and the figures."""

    name: str
    outcome: Outcome
    message: str
    value: float | None = None
    limit: float | None = None


def check_budget(budget: Budget, head: Usage | None, base: Usage | None) -> Iterator[BudgetCheck]:
    """Each budget that is declared: growth against the base, and the latency of the head."""
    for name in ("tokens", "cost"):
        if (declared := getattr(budget, name)) is not None:
            yield _check_growth(name, read_growth(declared), _mean(head, name), _mean(base, name))
    if budget.latency_p95 is not None:
        limit, value = read_seconds(budget.latency_p95), head.latency_p95 if head else None
        if value is None:
            yield _unknown("latency_p95", "the recorded outputs do not state how long they took")
        else:
            outcome = Outcome.PASS if meets(limit, value) else Outcome.FAIL
            message = f"95% of replies came within {value:.2f} s; the budget is {limit:g} s"
            yield BudgetCheck("latency_p95", outcome, message, value, limit)


def _check_growth(name: str, growth: float, head: float | None, base: float | None) -> BudgetCheck:
    if head is None or base is None:
        side = "this version" if head is None else "the base"
        return _unknown(name, f"the recorded outputs of {side} do not state their {name}")
    limit = base * (1 + growth)
    outcome = Outcome.PASS if meets(limit, head) else Outcome.FAIL
    change = f"{head / base - 1:+.1%}" if base else f"{head:g} more"
    message = f"{name} of a reply {change} against the base; the budget is {growth:+.0%}"
    return BudgetCheck(name, outcome, message, head, limit)


def _mean(usage: Usage | None, name: str) -> float | None:
    total = getattr(usage, name) if usage else None
    return None if usage is None or total is None else total / usage.replies


def _unknown(name: str, reason: str) -> BudgetCheck:
    return BudgetCheck(name, Outcome.INCONCLUSIVE, reason)
