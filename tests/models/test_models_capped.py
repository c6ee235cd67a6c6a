"""A capped run against a server that bills: no more than the cap is spent, whatever goes wrong."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from lensops.evals.protocols import GradeRequest, Unavailable
from lensops.evals.spending import LIMIT_REACHED, Bound, Spending
from lensops.manifest.budget import Price
from lensops.manifest.suite import Judge as Settings
from lensops.manifest.suite import Limits
from lensops.models import open_generator, open_judge
from lensops.models.prices import answer_bound, limit_output
from lensops.prompts import Message
from support.asking import answer_request
from support.provider import Said, completion, error, provider, verdict

pytestmark = pytest.mark.usefixtures("quick_retries")

PRICE = Price(input=10, output=100)
AT_ONCE = Limits(concurrency=16, retries=2, call_timeout=5)
MESSAGES = (Message("user", "Write about {{ offer }}."),)


@dataclass
class Bill:
    """A server's own account: every reply that a model wrote costs, arrived or not."""

    faults: tuple[str, ...] = ()  # what each request of the cycle meets
    tokens: int = 0
    cost: float = 0.0
    lock: Any = field(default_factory=threading.Lock)

    def answer(self, asked: dict[str, Any], number: int) -> Said:
        fault = self.faults[number % len(self.faults)] if self.faults else "none"
        if fault == "429":
            return error(429, retry_after="0")
        if fault == "500":
            return error(500)
        most = asked.get("max_tokens") or asked.get("max_completion_tokens") or 0
        sent, received = len(json.dumps(asked["messages"])) // 4, 7 + number * 37 % (most - 7)
        with self.lock:
            self.tokens += sent + received
            self.cost += PRICE.cost_of(sent, received)
        said = Said("Tea.") if asked["model"] == "small" else verdict(tone=4)
        if fault == "invalid":
            said = Said("no verdict")
        body = json.loads(completion(said, asked))
        body["usage"] = {
            "prompt_tokens": sent,
            "completion_tokens": received,
            "total_tokens": sent + received,
        }
        if fault == "empty":
            body["choices"] = []
        return Said(body=json.dumps(body), cut=fault == "cut", delay=0.05)


FAULTS = [
    (),
    pytest.param(("none", "429", "500"), marks=pytest.mark.slow),
    pytest.param(("none", "none", "cut", "empty"), marks=pytest.mark.slow),
    ("cut", "none", "429"),
]


@pytest.mark.parametrize("faults", FAULTS)
@pytest.mark.parametrize(
    "cap", [{"max_tokens": 4_000}, pytest.param({"max_cost": 0.25}, marks=pytest.mark.slow)]
)
def test_outputs_stay_under_the_cap(faults: tuple[str, ...], cap: dict[str, Any]) -> None:
    bill, spending = Bill(faults), Spending(**cap)
    with provider(bill.answer) as server:
        writer = open_generator("openai:small", server.url, AT_ONCE, spending, PRICE)
        assert not isinstance(writer, Unavailable)
        requests = [
            answer_request(
                f"c{number}", MESSAGES, {"offer": "tea"}, parameters={"max_tokens": 200},
                model="openai:small", sample=number,
            )
            for number in range(60)
        ]  # fmt: skip
        replies = list(writer.answer(requests))
        assert server.at_once >= 3  # on a busy machine they come one after the other at first
    refused = [reply for reply in replies if reply.error == LIMIT_REACHED]
    assert len(replies) == 60
    assert 0 < len(refused) < 60
    assert bill.tokens <= spending.tokens <= cap.get("max_tokens", 10**9)
    assert bill.cost <= spending.cost + 1e-12
    assert spending.cost <= cap.get("max_cost", 10**9) + 1e-12
    if not faults:  # all that was billed was stated
        assert bill.tokens == spending.tokens
        assert bill.cost == pytest.approx(spending.cost)


@pytest.mark.parametrize(("cap", "sent"), [({"max_tokens": 20_000}, 4_096), ({}, None)])
def test_a_request_without_a_limit_gets_one_under_a_cap(
    cap: dict[str, int], sent: int | None
) -> None:
    limits: list[object] = []

    def answer(asked: dict[str, Any], number: int) -> Said:
        limits.append(asked.get("max_tokens"))
        return Said(body=completion(Said("Tea."), asked))

    with provider(answer) as server:
        writer = open_generator("openai:small", server.url, AT_ONCE, Spending(**cap))
        assert not isinstance(writer, Unavailable)
        request = answer_request("c", MESSAGES, {"offer": "tea"}, model="openai:small")
        (reply,) = writer.answer([request])
    assert limits == [sent]
    assert reply.request.digest == request.digest  # recorded as what it is asked for


@pytest.mark.parametrize(
    ("server", "model", "name"),
    [
        (None, "openai:gpt-x", "max_completion_tokens"),
        (None, "mistral:m", "max_tokens"),
        ("http://localhost:1", "openai:gpt-x", "max_tokens"),
    ],
)
def test_the_limit_has_the_name_that_the_provider_knows(
    server: str | None, model: str, name: str
) -> None:
    request = answer_request("c", MESSAGES, {"offer": "tea"}, model=model, parameters={"n": 3})
    assert limit_output(request, server).prompt.parameters == {"n": 3, name: 4_096}
    assert answer_bound(request, None).tokens > 3 * 4_096


@pytest.mark.parametrize(
    "faults", [(), pytest.param(("invalid", "500", "cut", "none"), marks=pytest.mark.slow)]
)
def test_votes_stay_under_the_cap_with_every_attempt(faults: tuple[str, ...]) -> None:
    bill, spending = Bill(faults), Spending(max_tokens=8_000)
    settings = Settings(model="openai:judge", rubric={"tone": "5=warm"}, max_tokens=60, price=PRICE)
    with provider(bill.answer) as server:
        asked = settings.model_copy(update={"base_url": server.url})
        judge = open_judge(asked, AT_ONCE, spending)
        assert not isinstance(judge, Unavailable)
        requests = [
            GradeRequest(
                f"c{number}", "Tea.", {}, {"tone": "5=warm"}, "openai:judge", sample=number
            )
            for number in range(40)
        ]
        replies = list(judge.grade(requests))
    assert 0 < sum(reply.error == LIMIT_REACHED for reply in replies) < 40
    assert bill.tokens <= spending.tokens <= 8_000
    left = Bound(8_000 - spending.tokens, 0.0)  # nothing is reserved for what has ended
    assert spending.reserve(left)
