"""`stop: early` stops only where no rest changes the verdict, so its level is the whole run's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.evals.early_stop import EarlyStop
from lensops.evals.result import CaseScore
from lensops.evals.summary import About, Tally
from lensops.evidence import Outcome
from lensops.manifest import Suite
from support.cli import lensops
from support.evaluated import small
from support.provider import Said, provider, verdict
from support.repo import Repo

OFFERS = tuple(f"offer{number:02}" for number in range(30))


def suite_of(threshold: float, **keys: Any) -> Suite:
    declared = {"cases": "c.jsonl", "weights": {"bleu": 1.0}, "threshold": threshold, **keys}
    return Suite.model_validate({**declared, "stop": "early"})


def case(number: int, score: float | None, *, must_pass: bool = False) -> CaseScore:
    broken = "no" if must_pass and score is not None and score < 0.1 else None
    outputs = () if score is None else ("x",)
    scores = {"bleu": score}
    return CaseScore(f"c{number}", None, must_pass, scores, score, outputs=outputs, broken=broken)


def unasked(number: int, *, must_pass: bool = False) -> CaseScore:
    return CaseScore(f"c{number}", None, must_pass, {"bleu": None}, None, is_unasked=True)


def tally_of(suite: Suite, cases: Iterable[CaseScore]) -> Tally:
    tally = Tally(About("copy", "copy", "v1", suite, suite.threshold))
    for each in cases:
        tally.add(each)
    return tally


def stop_after(suite: Suite, cases: Sequence[CaseScore], *, has_base: bool = False) -> int | None:
    """After how many cases a run ends, looking at every step; None where it asks them all."""
    rule = EarlyStop(suite, suite.threshold, has_base)
    must_pass = sum(each.must_pass for each in cases)
    for count in range(rule.step, len(cases), rule.step):
        if rule.is_certain(tally_of(suite, cases[:count]).standing(len(cases), must_pass)):
            return count
    return None


SCORES = st.lists(
    st.tuples(st.one_of(st.none(), st.floats(0, 1)), st.booleans()), min_size=11, max_size=45
)


@given(
    SCORES, st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 1.0]), st.sampled_from([0.0, 0.2]), st.data()
)
def test_no_rest_changes_what_a_stop_said(
    drawn: list[tuple[float | None, bool]],
    threshold: float,
    max_missing: float,
    data: st.DataObject,
) -> None:
    suite = suite_of(threshold, max_missing=max_missing)
    cases = [case(n, score, must_pass=must and n % 5 == 0) for n, (score, must) in enumerate(drawn)]
    if (count := stop_after(suite, cases)) is None:
        return
    rest = [unasked(n, must_pass=cases[n].must_pass) for n in range(count, len(cases))]
    said = tally_of(suite, [*cases[:count], *rest]).result()
    assert said.unasked == len(rest)
    scores = (
        st.floats(0, 1) if said.outcome is Outcome.PASS else st.one_of(st.none(), st.floats(0, 1))
    )
    other = [
        case(n, data.draw(scores), must_pass=cases[n].must_pass) for n in range(count, len(cases))
    ]
    assert tally_of(suite, [*cases[:count], *other]).result().outcome is said.outcome


def test_the_level_is_that_of_the_whole_run_and_requests_are_saved() -> None:
    """At the threshold itself half of all runs fail, with and without a stop, run by run."""
    draw, suite = np.random.default_rng(11), suite_of(0.75)
    saved: dict[float, float] = {}
    for mean in (0.25, 0.6, 0.75, 0.95):
        shares, fails, runs = [], 0, 100
        for _ in range(runs):
            scores = draw.beta(8 * mean, 8 * (1 - mean), 50)
            cases = [case(n, float(score)) for n, score in enumerate(scores)]
            count = stop_after(suite, cases) or len(cases)
            rest = [unasked(n) for n in range(count, len(cases))]
            whole = tally_of(suite, cases).result().outcome
            assert tally_of(suite, [*cases[:count], *rest]).result().outcome is whole
            fails += whole is Outcome.FAIL
            shares.append(1 - count / len(cases))
        saved[mean] = float(np.mean(shares))
        if mean == 0.75:
            assert 35 <= fails <= 65
    assert saved[0.25] >= 0.55
    assert saved[0.95] >= 0.15
    assert saved[0.75] < 0.1


@pytest.mark.parametrize(
    ("keys", "has_base"),
    [
        ({}, True),  # every pair counts
        ({"min_cases": 30}, False),
        ({"budget": {"latency_p95": "2s"}}, False),
    ],
)
def test_a_pass_is_not_certain_while_another_rule_is_open(
    keys: dict[str, Any], has_base: bool
) -> None:
    cases = [case(number, 1.0) for number in range(30)]
    assert stop_after(suite_of(0.5), cases) == 20
    assert stop_after(suite_of(0.5, **keys), cases, has_base=has_base) is None


def test_what_is_missing_is_never_a_pass() -> None:
    cases = [case(number, None if number == 3 else 1.0) for number in range(30)]
    assert stop_after(suite_of(0.5), cases) is None
    late = [case(number, 1.0, must_pass=number == 29) for number in range(30)]
    assert stop_after(suite_of(0.5), late) is None


def grades(grade: int) -> Any:
    def answer(asked: dict[str, Any], number: int) -> Said:
        if asked["model"] == "judge":
            return verdict("So.", tone=grade)
        return Said("Come in for " + asked["messages"][-1]["content"].split()[-1])

    return answer


def begun(repo: Repo, url: str) -> None:
    small(repo, url, OFFERS)
    manifest = repo.root / "lensops.yaml"
    text = manifest.read_text().replace("threshold: 0.6", "threshold: 0.6\n    stop: early")
    manifest.write_text(text.replace("{rouge_l: 0.5, judge: 0.5}", "{judge: 1}"))
    repo.commit("Stop early")


def test_an_estimate_says_that_it_may_be_less(repo: Repo) -> None:
    begun(repo, "http://127.0.0.1:9/v1")
    shown = " ".join(lensops("eval", "--dry-run", cwd=repo.root).out.split())
    assert "30 outputs and 30 votes to record" in shown
    assert "or less, as it may stop early" in shown


@pytest.mark.parametrize(
    ("grade", "asked", "code"),
    [
        (1, 20, 1),
        pytest.param(5, 20, 0, marks=pytest.mark.slow),
        pytest.param(3, 30, 0, marks=pytest.mark.slow),
    ],
)
def test_a_run_asks_no_more_than_it_needs_and_a_replay_says_the_same(
    repo: Repo, grade: int, asked: int, code: int
) -> None:
    with provider(grades(grade)) as server:
        begun(repo, server.url)
        first = lensops("eval", "--record", cwd=repo.root)
        assert (first.code, len(server.asked)) == (code, 2 * asked)
    replayed = lensops("eval", "--replay", "--format", "json", cwd=repo.root)
    (found,) = replayed.json["evals"]
    assert (replayed.code, found["n"], found["unasked"]) == (code, asked, 30 - asked)
    assert (found["missing"], found["unscored"]) == (0, 0)
    if asked < 30:
        words = f"after {asked} of 30 cases; 10 (33%) were not asked"
        assert words in " ".join(first.out.split())
        assert found["interval"] is None  # a stop that looks at the scores bends it


@pytest.mark.slow
def test_evidence_is_bound_to_it_and_a_comparison_stays_open(repo: Repo) -> None:
    with provider(grades(1)) as server:
        begun(repo, server.url)
        lensops("eval", "--record", cwd=repo.root)
        repo.commit("Recorded")
        (repo.root / "prompts/copy/v2.yaml").write_text("user: Now write about {{ offer }}.\n")
        manifest = repo.root / "lensops.yaml"
        manifest.write_text(manifest.read_text().replace("active: v1", "active: v2"))
        recorded = lensops("eval", "--record", "--base", "main", "--format", "json", cwd=repo.root)
    compared = recorded.json["evals"][0]["regression"]
    assert (compared["outcome"], compared["unasked"]) == ("inconclusive", 10)
    assert "10 cases not asked (stop: early)" in compared["reason"]
    evidence = repo.root / "evidence.json"
    gated = lensops("gate", "--replay", "--base", "main", "--evidence", evidence, cwd=repo.root)
    assert gated.code == 1
    kept = json.loads(evidence.read_text())
    assert [f["outcome"] for f in kept["findings"] if f["rule"] == "stopped_early"] == ["note"]
    (reading,) = [r for r in kept["readings"] if r["name"] == "mean_score"]
    assert reading["recipe"].endswith("stopped early, 10 not asked")
    whole = manifest.read_text().replace("    stop: early\n", "")
    manifest.write_text(whole)
    assert lensops("gate", "--replay", "--base", "main", cwd=repo.root).code == 2  # not recorded
