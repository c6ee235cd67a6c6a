"""Spending: a run reserves what a request may take at most before it is put."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BATCH_SHARE = 0.5  # of the list price, what providers ask for a request in a batch
LIMIT_REACHED = "limits.tokens or limits.cost would be passed"


def output_limit(parameters: Mapping[str, Any]) -> int | None:
    """The tokens that a request lets a model write, in all choices; None where it sets no limit."""
    limits = (parameters.get(name) for name in ("max_completion_tokens", "max_tokens"))
    limit = next((limit for limit in limits if isinstance(limit, int)), None)
    choices = parameters.get("n")
    return limit * choices if limit is not None and isinstance(choices, int) else limit


@dataclass(frozen=True, slots=True)
class Bound:
    """What one request takes at most; `cost` in US dollars, None where no price is known."""

    tokens: int
    cost: float | None = None


@dataclass(slots=True)
class Spending:
    """What a run may take, has taken, and has reserved for requests under way."""

    max_tokens: int | None = None
    max_cost: float | None = None
    tokens: int = field(default=0, init=False)
    cost: float = field(default=0.0, init=False)
    _reserved: Bound = field(default=Bound(0, 0.0), init=False)
    _until: float | None = field(default=None, init=False)

    @property
    def is_capped(self) -> bool:
        """Whether a cap is declared."""
        return self.max_tokens is not None or self.max_cost is not None

    def deadline(self, seconds: float) -> float:
        """When the time of the whole run is over, on the monotonic clock; calls begin it."""
        if self._until is None:
            self._until = time.monotonic() + seconds
        return self._until

    def reserve(self, request_bound: Bound) -> bool:
        """Set a request's bound aside, or say that it does not fit. Without a price none fits."""
        tokens = self._reserved.tokens + request_bound.tokens
        cost = (self._reserved.cost or 0.0) + (request_bound.cost or 0.0)
        if self.max_tokens is not None and self.tokens + tokens > self.max_tokens:
            return False
        if self.max_cost is not None and (
            request_bound.cost is None or self.cost + cost > self.max_cost
        ):
            return False
        self._reserved = Bound(tokens, cost)
        return True

    def charge(self, tokens: int, cost: float | None) -> bool:
        """Count what was lost on the way to a reply; False where the cap is passed by it."""
        self.tokens += tokens
        self.cost += cost or 0.0
        return self.reserve(Bound(0, 0.0))

    def settle(self, request_bound: Bound, tokens: int | None, cost: float | None) -> None:
        """Put what a request took in place of its bound; the bound counts where nobody says."""
        self._reserved = Bound(
            self._reserved.tokens - request_bound.tokens,
            (self._reserved.cost or 0.0) - (request_bound.cost or 0.0),
        )
        self.tokens += request_bound.tokens if tokens is None else tokens
        self.cost += (request_bound.cost or 0.0) if cost is None else cost
