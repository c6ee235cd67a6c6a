"""From case scores to an outcome: nothing that is not known ever counts as a pass."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from lensops.evals.arm import Answered
from lensops.evals.cases import Case
from lensops.evals.interval import meets
from lensops.evals.judging import Agreement, Vote, judge_part, vote
from lensops.evals.regression import PairTotals
from lensops.evals.result import CaseScore, Regression, SuiteResult
from lensops.evals.scoring import Scorer, score_cases, weighted_sum
from lensops.evals.summary import About, Tally
from lensops.evidence import Outcome
from lensops.manifest import Suite
from lensops.manifest.suite import Check

RUBRIC = {"tone": "5=warm", "sense": "5=clear"}


def suite(**changes: Any) -> Suite:
    judge = {"model": "openai:x", "rubric": RUBRIC} | changes.pop("judge", {})
    weights = {"bleu": 0.2, "rouge_l": 0.2, "judge": 0.6}
    base = {"cases": "c.jsonl", "threshold": 0.75, "weights": weights, "judge": judge}
    return Suite.model_validate(base | changes)


def case(name: str, score: float | None, **changes: Any) -> CaseScore:
    base = {"must_pass": False, "scores": {}, "outputs": ("x",)} | changes
    return CaseScore(name, None, aggregate=score, **base)


def result(cases: list[CaseScore], **changes: Any) -> SuiteResult:
    declared = suite(**changes)
    return tally(declared, cases).result()


def tally(declared: Suite, cases: Iterable[CaseScore], ballots: Any = ()) -> Tally:
    found = Tally(About("s", "p", "v1", declared, declared.threshold))
    for scored in cases:
        found.add(scored, ballots)
    return found


def compared(base: list[CaseScore], head: list[CaseScore], declared: Suite) -> Regression:
    pairs = PairTotals(declared, 0.75)
    for was, now in zip(base, head, strict=True):
        pairs.add(was, now)
    return pairs.regression("v1")


def many(score: float, count: int = 20) -> list[CaseScore]:
    return [case(f"c{number}", score) for number in range(count)]


class TestOutcome:
    def test_at_the_threshold_it_passes(self) -> None:
        assert result(many(0.75)).outcome is Outcome.PASS
        assert meets(0.1 + 0.2, 0.3)
        assert not meets(0.2999, 0.3)

    def test_under_it_it_fails(self) -> None:
        found = result(many(0.74))
        assert (found.outcome, found.passed) == (Outcome.FAIL, False)
        assert "is under the threshold 0.75" in found.reasons[0]

    def test_no_cases_are_inconclusive(self) -> None:
        found = result([])
        assert (found.outcome, found.mean, found.passed) == (Outcome.INCONCLUSIVE, None, None)

    def test_missing_outputs_are_inconclusive(self) -> None:
        found = result([*many(0.9), case("m", None, outputs=())])
        assert found.outcome is Outcome.INCONCLUSIVE
        assert (found.n, found.total, found.missing) == (20, 21, 1)

    def test_a_declared_share_may_be_missing(self) -> None:
        cases = [*many(0.9, 19), case("m", None, outputs=())]
        assert result(cases, max_missing=0.05).outcome is Outcome.PASS
        assert result(cases, max_missing=0.04).outcome is Outcome.INCONCLUSIVE

    def test_unscored_cases_count_like_missing_ones(self) -> None:
        found = result([*many(0.9), case("u", None)])
        assert found.outcome is Outcome.INCONCLUSIVE
        assert (found.missing, found.unscored) == (0, 1)

    def test_too_few_cases_are_inconclusive(self) -> None:
        assert result(many(0.9, 4), min_cases=5).outcome is Outcome.INCONCLUSIVE

    def test_a_fail_that_no_missing_case_could_turn_is_a_fail(self) -> None:
        cases = [*many(0.2, 19), case("m", None, outputs=())]
        assert result(cases).outcome is Outcome.FAIL

    def test_a_fail_that_a_missing_case_could_turn_is_open(self) -> None:
        cases = [*many(0.74, 19), case("m", None, outputs=())]
        assert result(cases).outcome is Outcome.INCONCLUSIVE

    def test_a_broken_must_pass_case_fails_alone(self) -> None:
        found = result([*many(1.0), case("b", 1.0, must_pass=True, broken="contains: no")])
        assert found.outcome is Outcome.FAIL
        assert "b must pass and does not" in found.reasons[0]

    def test_a_must_pass_case_without_an_output_leaves_it_open(self) -> None:
        cases = [*many(1.0, 199), case("m", None, must_pass=True, outputs=())]
        assert result(cases, max_missing=0.5).outcome is Outcome.INCONCLUSIVE

    def test_the_interval_stays_between_0_and_1(self) -> None:
        found = result([case("a", 1.0), case("b", 0.7)])
        assert found.interval is not None
        assert found.interval[1] == 1.0


class TestParts:
    @pytest.mark.parametrize(
        ("scores", "wanted"),
        [
            ({"a": 1.0, "b": 0.5}, 0.75),
            ({"a": 1.0, "b": None}, None),
            ({"a": 1.0}, None),
        ],
    )
    def test_the_weighted_sum_needs_all_its_parts(self, scores: Any, wanted: Any) -> None:
        assert weighted_sum(scores, {"a": 0.5, "b": 0.5}) == wanted

    def test_a_part_without_weight_is_not_needed(self) -> None:
        assert weighted_sum({"a": 0.8, "b": None}, {"a": 1.0, "b": 0.0}) == 0.8

    def test_the_aggregate_as_declared(self) -> None:
        made = suite()
        ballots = ((Vote({"tone": 5, "sense": 2}),),)
        text = "same words here now"
        answered = Answered(Case("a", {}, (text,)), (text,), {}, ballots=ballots)
        (found,) = score_cases(Scorer(made, 0.75), [answered])
        assert found.scores == pytest.approx({"bleu": 1.0, "rouge_l": 1.0, "judge": 0.7})
        assert found.aggregate == pytest.approx(0.2 + 0.2 + 0.6 * 0.7)
        assert found.grades == {"tone": 5.0, "sense": 2.0}

    def test_several_samples_count_as_their_mean(self) -> None:
        made = suite(weights={"rouge_l": 1.0})
        answered = Answered(Case("a", {}, ("aa bb",)), ("aa bb", "cc dd"), {})
        (found,) = score_cases(Scorer(made, 0.75), [answered])
        assert found.aggregate == 0.5

    def test_text_that_cannot_be_scored_has_no_aggregate(self) -> None:
        made = suite(weights={"rouge_l": 1.0})
        (found,) = score_cases(
            Scorer(made, 0.75), [Answered(Case("a", {}, ("今天",)), ("今天",), {})]
        )
        assert found.aggregate is None
        assert "tokenizer: zh" in found.reasons["rouge_l"]

    def test_the_share_of_checks_can_be_weighted(self) -> None:
        made = suite(weights={"checks": 1.0}, checks=[{"contains": "a"}, {"contains": "z"}])
        (found,) = score_cases(Scorer(made, 0.75), [Answered(Case("a", {}), ("abc",), {})])
        assert found.aggregate == 0.5

    def test_a_check_holds_when_it_holds_of_every_sample(self) -> None:
        made = suite(weights={"checks": 1.0}, checks=[{"contains": "a"}])
        (found,) = score_cases(Scorer(made, 0.75), [Answered(Case("a", {}), ("abc", "x"), {})])
        assert found.aggregate == 0.0

    @pytest.mark.parametrize(
        ("checks", "output", "broken"),
        [
            ((Check(contains="x"),), "x", None),
            ((Check(contains="x"),), "y", "contains: 'x' is not in it"),
            ((), "aa bb", None),
            ((), "zz yy", "its score 0.0000 is under 0.75"),
        ],
    )
    def test_what_breaks_a_must_pass_case(self, checks: Any, output: str, broken: Any) -> None:
        made = Case("a", {}, ("aa bb",), must_pass=True, checks=checks)
        scorer = Scorer(suite(weights={"rouge_l": 1.0}), 0.75)
        (found,) = score_cases(scorer, [Answered(made, (output,), {})])
        assert found.broken == broken


class TestJudge:
    def test_the_mean_of_dimensions_and_votes(self) -> None:
        votes = [Vote({"tone": 5, "sense": 3}), Vote({"tone": 3, "sense": 3})]
        found = judge_part(votes, suite().judge, "")  # type: ignore[arg-type]
        assert found.score == pytest.approx(3.5 / 5)
        assert (found.state, found.grades) == ("scored", {"tone": 4.0, "sense": 3.0})

    @pytest.mark.parametrize(
        ("fallback", "votes", "no_judge", "state"),
        [
            ("neutral", [], "no key", "neutral"),
            ("fail", [], "no key", "unscored"),
            ("neutral", [], None, "unscored"),
            ("neutral", [Vote(None, "timed out")], None, "unscored"),
            ("neutral", [Vote(None, "timed out")], "no key", "unscored"),
        ],
    )
    def test_neutral_is_for_an_output_of_which_nobody_could_be_asked(
        self, fallback: str, votes: list[Vote], no_judge: str | None, state: str
    ) -> None:
        declared = suite(judge={"fallback": fallback}).judge
        found = judge_part(votes, declared, no_judge)  # type: ignore[arg-type]  # it has one
        assert (found.score, found.state) == (0.75 if state == "neutral" else None, state)

    @pytest.mark.parametrize(
        "grades", [{"tone": 5}, {"tone": 5, "sense": 6}, {"tone": 0, "sense": 1}, {}]
    )
    def test_grades_that_do_not_fit_the_rubric_are_no_vote(self, grades: dict[str, int]) -> None:
        assert vote(grades, "", RUBRIC).grades is None

    def test_agreement_is_the_share_of_equal_pairs(self) -> None:
        one, other = Vote({"tone": 5, "sense": 3}), Vote({"tone": 5, "sense": 4})
        found = Agreement()
        for votes in ([one], [Vote(None), one]):
            found.add(votes)
        assert found.share is None
        for votes in ([one, other], [one, one]):
            found.add(votes)
        assert found.share == 0.75

    def test_totals_say_how_each_case_was_judged_and_by_whom(self) -> None:
        cases = [case(state, 1.0, judged=state) for state in ("scored", "neutral", "unscored")]
        votes = [[Vote({"tone": 5}, by="x-2026")], [Vote({"tone": 4}, by="x-2025")], []]
        totals = tally(suite(), cases, votes).result().judge
        assert totals is not None
        assert (totals.scored, totals.neutral, totals.unscored) == (1, 1, 1)
        assert totals.by == ("x-2025", "x-2026")


class TestRegression:
    def test_cases_that_cross_the_threshold_are_flips(self) -> None:
        base = [case("a", 0.9), case("b", 0.6), case("c", 0.8)]
        head = [case("a", 0.7, outputs=("y",)), case("b", 0.8, outputs=("y",)), base[2]]
        found = compared(base, head, suite())
        assert [flip.id for flip in found.flips] == ["a", "b"]
        assert (found.n, found.identical) == (3, 1)
        assert found.difference == pytest.approx(0.0)

    def test_equal_outputs_differ_by_nothing_whatever_was_scored(self) -> None:
        found = compared([case("a", 0.9)], [case("a", 0.1)], suite())
        assert (found.outcome, found.difference) == (Outcome.PASS, 0.0)

    def test_scores_that_are_missing_in_one_version_leave_it_open(self) -> None:
        base = [*many(0.9), case("m", None, outputs=())]
        head = [case(c.id, 0.9, outputs=("y",)) for c in base]
        found = compared(base, head, suite())
        assert found.outcome is Outcome.INCONCLUSIVE
        assert "1 of 21 cases lack a score in one version" in found.reason

    def test_it_decides_with_the_threshold(self) -> None:
        base = [case(f"c{n}", 0.95 + n / 1_000) for n in range(20)]
        head = [case(f"c{n}", 0.80, outputs=("y",)) for n in range(20)]
        made = suite()
        lost = compared(base, head, made)
        found = tally(made, head).result(lost)
        assert lost.outcome is Outcome.FAIL
        assert found.outcome is Outcome.FAIL
        assert "against v1: at least" in found.reasons[0]


class TestFlawed:
    @pytest.mark.parametrize(
        "output", ["not JSON", '{"body": ', {"headline": "x"}, {"body": 7}, [1], '["body"]']
    )
    def test_an_output_without_the_field_that_is_scored_is_worth_nothing(self, output: Any) -> None:
        made = suite(weights={"rouge_l": 0.5, "bleu": 0.5}, text="body")
        (found,) = score_cases(
            Scorer(made, 0.75), [Answered(Case("a", {}, ("tea",)), (output,), {})]
        )
        assert found.aggregate == 0.0
        assert "'body'" in found.reasons["bleu"]

    def test_a_structured_output_of_an_eval_without_a_field_is_not_scored(self) -> None:
        answered = Answered(Case("a", {}, ("tea",)), ({"body": "tea"},), {})
        (found,) = score_cases(Scorer(suite(weights={"rouge_l": 1.0}), 0.75), [answered])
        assert found.aggregate is None
        assert "`text:`" in found.reasons["rouge_l"]
