"""The comment of a pull request: what decides stands first, and nothing of it twice."""

from __future__ import annotations

from lensops.errors import Invalid, Location, Problem, RemoteFailed, UserError
from lensops.evidence import Base, Finding, Outcome, Verdict
from lensops.gate import GateResult
from lensops.plan import Plan
from lensops.render.markdown import markdown
from lensops.report.comment import PROBLEMS, document, failure_document

FAIL = Finding("regression", "copy", Outcome.FAIL, "-0.1000 against v1")
BASE = Base("main", "1" * 40)


def test_the_verdict_is_the_heading_and_its_findings_follow_the_changes() -> None:
    result = GateResult(Verdict((FAIL,)), base=BASE, next_command="lensops eval --eval copy")

    shown = markdown(document(Plan((), (), BASE), result)).splitlines()

    assert shown[0] == "### ✗ lensops gate failed"
    order = [
        next(number for number, line in enumerate(shown) if words in line)
        for words in ("No prompt, threshold or band changes", "against v1", "Next:")
    ]
    assert order == sorted(order)


def test_each_fact_stands_once() -> None:
    result = GateResult(Verdict((FAIL,)), base=BASE)

    shown = markdown(document(Plan((), (), BASE), result))

    assert shown.count("0.1000") == 1


def test_a_project_that_cannot_start_says_what_fixes_it() -> None:
    shown = markdown(failure_document(UserError("there is no manifest", "run `lensops init`")))

    assert shown.startswith("### ✗ lensops gate could not start")
    assert "there is no manifest" in shown
    assert "lensops init" in shown


def test_a_provider_that_fails_is_another_heading() -> None:
    assert "could not finish" in markdown(failure_document(RemoteFailed("no answer")))


def test_many_problems_are_counted() -> None:
    problems = tuple(Problem(Location("m.yaml", n, 1), f"wrong {n}") for n in range(PROBLEMS + 7))

    shown = markdown(failure_document(Invalid(problems)))

    assert f"wrong {PROBLEMS - 1}" in shown
    assert f"wrong {PROBLEMS}" not in shown
    assert "and 7 more problems" in shown
