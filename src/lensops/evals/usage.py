"""Usage: tokens, money and time of replies as recorded, who gave them, and budgets on them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lensops.evals.limits import meets
from lensops.evals.recorded import GradeRow, OutputRow
from lensops.evidence import Outcome
from lensops.manifest.budget import Budget, read_growth, read_seconds


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
