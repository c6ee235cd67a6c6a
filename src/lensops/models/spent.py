"""Spent: tokens and cost of the responses of a model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse


def cost(responses: Iterable[ModelResponse]) -> float | None:
    """US dollars by list price; None where the price of a model is not known."""
    total = 0.0
    for response in responses:
        try:
            total += float(response.cost().total_price)
        except (LookupError, AssertionError, ValueError):
            return None
    return total
