"""Money: what a run takes is capped before it is spent, and what a change costs has a budget."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lensops.evals.recorded import OutputRow
from lensops.evals.spending import Bound, Spending
from lensops.evals.usage import UsageTally, check_budget
from lensops.evidence import Outcome
from lensops.manifest.budget import Budget
from lensops.manifest.suite import Limits
from lensops.models.prices import price_of
from support.cli import lensops
from support.evaluated import small
from support.provider import Said, provider, verdict
from support.repo import Repo

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE


def usage(*rows: dict[str, Any]) -> Any:
    tally = UsageTally()
    for row in rows:
        values = {"kind": "output", "key": "sha256:" + "0" * 64, "case": "a", "output": "x"}
        tally.add(OutputRow.model_validate(values | row))
    return tally.usage()


def reply(tokens: int = 100, seconds: float = 1.0, cost: float = 0.01) -> dict[str, Any]:
    return {"tokens_in": tokens, "tokens_out": 0, "latency_s": seconds, "cost": cost}


class TestUsage:
    def test_totals_and_the_slowest_in_twenty(self) -> None:
        found = usage(*(reply(seconds=float(n)) for n in range(1, 21)))
        assert (found.tokens, found.replies, found.latency_p95) == (2000, 20, 19.0)
        assert found.cost == pytest.approx(0.2)

    def test_what_one_reply_does_not_state_is_unknown_not_0(self) -> None:
        found = usage(reply(), {"tokens_in": 5})
        assert (found.tokens_in, found.tokens_out, found.cost) == (105, None, None)
        assert (found.tokens, found.latency_p95) == (None, None)
        assert usage() is None


class TestBudget:
    @pytest.mark.parametrize(
        ("declared", "head", "outcome"),
        [
            ({"tokens": "+10%"}, reply(tokens=110), PASS),
            ({"tokens": "+10%"}, reply(tokens=111), FAIL),
            ({"cost": "+0%"}, reply(cost=0.01), PASS),
            ({"cost": "+0%"}, reply(cost=0.02), FAIL),
            ({"cost": "+0%"}, {"tokens_in": 1}, OPEN),
            ({"latency_p95": "1s"}, reply(seconds=1.0), PASS),
            ({"latency_p95": "900ms"}, reply(seconds=1.0), FAIL),
            ({"latency_p95": "1s"}, {"tokens_in": 1}, OPEN),
        ],
    )
    def test_it_holds_growth_against_the_base(
        self, declared: dict[str, str], head: dict[str, Any], outcome: Outcome
    ) -> None:
        (found,) = check_budget(Budget.model_validate(declared), usage(head), usage(reply()))
        assert found.outcome is outcome

    def test_a_base_that_states_nothing_leaves_it_open(self) -> None:
        (found,) = check_budget(Budget(tokens="+10%"), usage(reply()), None)
        assert found.outcome is OPEN

    @pytest.mark.parametrize("wrong", [{"tokens": "10"}, {"latency_p95": "2"}, {"cost": "-5%"}])
    def test_what_is_no_amount_is_refused(self, wrong: dict[str, str]) -> None:
        with pytest.raises(ValidationError):
            Budget.model_validate(wrong)

    def test_tokens_may_be_written_in_thousands(self) -> None:
        assert Limits.model_validate({"tokens": "500k"}).tokens == 500_000
        assert Limits.model_validate({"tokens": "1.5M"}).tokens == 1_500_000


class TestSpending:
    @given(st.lists(st.tuples(st.integers(1, 50), st.floats(0, 1)), max_size=60), st.integers(1, 5))
    def test_no_more_than_the_cap_is_ever_spent(
        self, requests: list[tuple[int, float]], at_once: int
    ) -> None:
        spending = Spending(max_tokens=300)
        under_way: list[tuple[Bound, int]] = []
        for tokens, share in requests:
            bound = Bound(tokens)
            if spending.reserve(bound):
                under_way.append((bound, int(tokens * share)))
            if len(under_way) == at_once:
                settled, used = under_way.pop(0)
                spending.settle(settled, used, None)
            assert spending.tokens <= 300
        for settled, used in under_way:
            spending.settle(settled, used, None)
        assert spending.tokens <= 300

    def test_without_a_price_nothing_fits_under_a_cap_of_money(self) -> None:
        assert not Spending(max_cost=2.0).reserve(Bound(10))
        assert Spending(max_cost=2.0).reserve(Bound(10, 0.5))

    def test_the_list_has_prices_and_a_server_of_ones_own_has_none(self) -> None:
        price = price_of("openai:gpt-6-luna", None, None)
        assert price is not None
        assert 0 < price.input < price.output < 10
        assert price_of("openai:gpt-6-luna", "http://127.0.0.1/v1", None) is None
        assert price_of("openai:no-such-model", None, None) is None


@pytest.mark.parametrize(
    ("limit", "enough"), [("tokens: 4400", "tokens: 9M"), ("cost: 0.0044", "cost: 9.0")]
)
def test_a_capped_run_stops_as_missing_and_goes_on_later(
    limit: str, enough: str, repo: Repo
) -> None:
    def answer(asked: dict[str, Any], number: int) -> Said:
        return verdict(tone=4) if asked["model"] == "judge" else Said("Come in.")

    with provider(answer) as server:
        small(repo, server.url)
        manifest = repo.root / "lensops.yaml"
        text = manifest.read_text().replace("retries: 1", f"retries: 1, {limit}")
        text = text.replace("    judge:", "    price: {input: 1.0, output: 1.0}\n    judge:")
        text = text.replace("rubric:", "price: {input: 1.0, output: 1.0}\n      rubric:")
        manifest.write_text(text)
        first = lensops("eval", "--record", "--format", "json", cwd=repo.root)
        assert first.code == 3, first.err
        asked = len(server.asked)
        assert 0 < asked < 8
        (found,) = first.json["evals"]
        assert "would be passed" in str(found["cases"])
        manifest.write_text(text.replace(limit, enough))
        again = lensops("eval", "--record", cwd=repo.root)
        assert again.code == 0, again.out
    lines = (repo.root / "evals/copy/recordings/v1.jsonl").read_text().splitlines()
    assert len(lines) == len(server.asked)
