"""Responses: which model says it answered, and what that cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse


def model_named(response: ModelResponse, requested: str) -> str:
    """The model that a response names, else the one that was asked.

    Some servers of one's own name a file; of that only the last part is kept.
    """
    name = response.model_name or requested
    return name.rpartition("/")[2] if name.startswith("/") else name


def cost(responses: Iterable[ModelResponse]) -> float | None:
    """US dollars by list price; None where the price of a model is not known."""
    total = 0.0
    for response in responses:
        try:
            total += float(response.cost().total_price)
        except (LookupError, AssertionError, ValueError):
            return None
    return total
