"""Prices: US dollars of a request by the list of the price library, or as the manifest declares."""

from __future__ import annotations

import json
from dataclasses import replace

from lensops.evals.protocols import AnswerReply, AnswerRequest, GradeReply, GradeRequest
from lensops.evals.spending import Bound, output_limit
from lensops.manifest.budget import MILLION, Price
from lensops.manifest.providers import model_name, provider_name
from lensops.models.judge_prompt import ORDERS, question

OUTPUT_TOKENS = 4_096  # of a request that sets no limit itself
COMPLAINT = 1_000  # bytes of the words in which a judge is told what was wrong


def price_of(model: str | None, server: str | None, declared: Price | None) -> Price | None:
    """The price of a model, or None: a server of one's own has no list price."""
    if declared is not None or model is None or server is not None:
        return declared
    from genai_prices import Usage, calc_price

    prices = []
    for usage in (Usage(input_tokens=MILLION), Usage(output_tokens=MILLION)):
        try:
            price = calc_price(usage, model_name(model), provider_id=provider_name(model))
        except LookupError:
            return None
        prices.append(float(price.total_price))
    return Price(input=prices[0], output=prices[1])


def answer_bound(request: AnswerRequest, price: Price | None) -> Bound:
    """What an answer takes at most: a token holds at least a byte."""
    request = limit_output(request)
    sent = len(json.dumps(request.body(), ensure_ascii=False).encode())
    return _make_bound(sent, output_limit(request.prompt.parameters) or 0, price)


def limit_output(request: AnswerRequest, server: str | None = None) -> AnswerRequest:
    """A request as it goes out under a cap: one that sets no limit gets one, or no cap would hold.

    What providers take for a limit otherwise is theirs to say, and may be 64,000 tokens.
    """
    parameters = request.prompt.parameters
    if output_limit(parameters) is not None:
        return request
    is_newer = server is None and provider_name(request.model or "") in ("openai", "azure")
    name = "max_completion_tokens" if is_newer else "max_tokens"
    limited = replace(request.prompt, parameters={**parameters, name: OUTPUT_TOKENS})
    return replace(request, prompt=limited)


def vote_bound(
    request: GradeRequest, max_tokens: int, price: Price | None, earlier: int = 0
) -> Bound:
    """What a vote takes at most in one attempt, after so many `earlier` ones."""
    question_size = len((ORDERS + question(request)).encode()) + 1_000
    return _make_bound(question_size + earlier * (max_tokens + COMPLAINT), max_tokens, price)


def billed_cost(
    reply: AnswerReply | GradeReply, server: str | None, declared: Price | None, price: Price | None
) -> float | None:
    """US dollars of a reply; None where its tokens or the price are not known.

    A declared price comes first; a provider's own list knows of cached tokens as well.
    """
    listed = None if server is not None or declared is not None else reply.cost
    if listed is not None or price is None or reply.tokens_in is None or reply.tokens_out is None:
        return listed
    return price.cost_of(reply.tokens_in, reply.tokens_out)


def _make_bound(sent: int, received: int, price: Price | None) -> Bound:
    return Bound(sent + received, None if price is None else price.cost_of(sent, received))
