"""Responses: which model says it answered, and what that cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lensops.evals.protocols import AnswerReply, GradeReply

if TYPE_CHECKING:
    from openai.types import CompletionUsage
    from openai.types.chat import ChatCompletion
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.models import Model
    from pydantic_ai.usage import UsageBase


def tidy_name(name: str | None, requested: str) -> str:
    """The model that a response names, else the one that was asked.

    Some servers of one's own name a file; of that only the last part is kept.
    """
    chosen = name or requested
    return chosen.rpartition("/")[2] if chosen.startswith("/") else chosen


def stated_tokens(usage: CompletionUsage | None) -> tuple[int | None, int | None]:
    """Tokens in and out; None where a server states none, or what cannot be: none at all, -1."""
    stated = (
        getattr(usage, "prompt_tokens", None),
        getattr(usage, "completion_tokens", None),
    )
    sent, received = (
        count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None
        for count in stated
    )
    return (None, None) if not sent and not received else (sent, received)


def tokens_of(usage: UsageBase) -> tuple[int | None, int | None]:
    """Tokens in and out; None where the provider told nothing, which is not 0."""
    if not usage.input_tokens and not usage.output_tokens:
        return None, None
    return usage.input_tokens, usage.output_tokens


def list_cost(responses: Iterable[ModelResponse]) -> float | None:
    """US dollars by list price; None where the price of a model is not known."""
    total = 0.0
    for response in responses:
        try:
            total += float(response.cost().total_price)
        except (LookupError, AssertionError, ValueError):
            return None
    return total


def list_price(model: Model, completion: ChatCompletion) -> float | None:
    """US dollars for a completion by list price; None where it is not known."""
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.usage import RequestUsage

    usage = completion.usage
    if usage is None:
        return None
    tokens = RequestUsage(
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        cache_read_tokens=getattr(usage.prompt_tokens_details, "cached_tokens", None) or 0,
    )
    return list_cost(
        [
            ModelResponse(
                parts=[],
                usage=tokens,
                model_name=completion.model,
                provider_name=model.system,
                provider_url=model.base_url,
            )
        ]
    )


def usage_of(reply: AnswerReply | GradeReply) -> tuple[int | None, float | None]:
    """The tokens, in and out together, and the US dollars of a reply, where it states them."""
    if reply.tokens_in is None and reply.tokens_out is None:
        return None, reply.cost
    return (reply.tokens_in or 0) + (reply.tokens_out or 0), reply.cost
