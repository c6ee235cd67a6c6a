"""Attempts: each further attempt at a valid vote is reserved like a request of its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic_ai.exceptions import UsageLimitExceeded
from pydantic_ai.usage import RunUsage, UsageLimits

from lensops.evals.spending import LIMIT_REACHED, Bound, Spending


@dataclass(repr=False, kw_only=True)
class ReservedAttempts(UsageLimits):
    """Lets an attempt begin where its bound fits. The first one is reserved already.

    An attempt sends all before it again: what was replied, and the complaint.
    """

    spending: Spending
    bound: Bound
    reserved: int = field(default=0, init=False)

    def check_before_request(self, usage: RunUsage) -> None:
        """Raises `UsageLimitExceeded`."""
        if usage.requests:
            if not self.spending.reserve(self.bound):
                raise UsageLimitExceeded(LIMIT_REACHED)
            self.reserved += 1

    def release(self) -> None:
        """Give back what was reserved here: what the attempts took is counted with the vote."""
        for _ in range(self.reserved):
            self.spending.settle(self.bound, 0, 0.0)
        self.reserved = 0
