"""Prices: US dollars of a request by the list of the price library, or as the manifest declares."""

from __future__ import annotations

import json

from lensops.evals.protocols import AnswerRequest, GradeRequest
from lensops.evals.spending import Bound
from lensops.manifest.budget import Price
from lensops.manifest.providers import model_name, provider_name
from lensops.models.judge_prompt import ORDERS, question

MILLION = 1_000_000
OUTPUT_TOKENS = 4_096  # of a request that sets no limit itself


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
    """What an answer takes at most_tokens: a token holds at least a byte."""
    sent = len(json.dumps(request.body(), ensure_ascii=False).encode())
    parameters = request.prompt.parameters
    limits = (parameters.get(name) for name in ("max_completion_tokens", "max_tokens"))
    most_tokens = next((limit for limit in limits if isinstance(limit, int)), OUTPUT_TOKENS)
    return _make_bound(sent, most_tokens, price)


def vote_bound(request: GradeRequest, max_tokens: int, price: Price | None) -> Bound:
    """What a vote takes at most_tokens, the question asked once."""
    return _make_bound(len((ORDERS + question(request)).encode()) + 1_000, max_tokens, price)


def _make_bound(sent: int, received: int, price: Price | None) -> Bound:
    cost = None
    if price is not None:
        cost = (sent * price.input + received * price.output) / MILLION
    return Bound(sent + received, cost)
