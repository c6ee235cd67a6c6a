"""The one command after a fail or an inconclusive verdict."""

from __future__ import annotations

import pytest

from lensops.evidence import Base, Finding, Outcome
from lensops.gate import next_command

BASE = Base("main", "0123456789abcdef" * 2 + "01234567")
FAIL, OPEN = Outcome.FAIL, Outcome.INCONCLUSIVE


def finding(rule: str, outcome: Outcome, *keys: str) -> Finding:
    return Finding(rule, "x", outcome, "message", keys=keys)


@pytest.mark.parametrize(
    ("found", "command"),
    [
        (finding("threshold", FAIL, "evals", "copy", "threshold"), "lensops eval --eval copy"),
        (finding("must_pass", FAIL, "evals", "copy", "cases"), "lensops eval --eval copy"),
        (finding("missing", OPEN, "evals", "copy", "cases"), "lensops eval --eval copy --record"),
        (finding("judge", OPEN, "evals", "copy", "judge"), "lensops eval --eval copy --record"),
        (
            finding("regression", FAIL, "evals", "copy", "regression"),
            "lensops eval --eval copy --base 0123456789ab",
        ),
        (finding("drift", FAIL, "drift", "score", "bands"), "lensops drift --monitor score"),
        (
            finding("gate_loosened", FAIL, "evals", "copy", "weights"),
            "lensops plan --base 0123456789ab",
        ),
        (finding("protected", FAIL, "protect"), "lensops plan --base 0123456789ab"),
        (finding("unevaluated", OPEN, "prompts", "new"), "lensops init example"),
        (finding("released_version_changed", FAIL), "lensops history"),
        (finding("base", OPEN), "git fetch --unshallow"),
        (finding("evidence", OPEN), "lensops init example"),
        (finding("a rule of a later version", FAIL), "lensops validate"),
    ],
)
def test_each_rule_has_a_command(found: Finding, command: str) -> None:
    assert next_command([found], BASE) == command


def test_a_fail_comes_before_what_is_open() -> None:
    findings = [finding("drift", OPEN, "drift", "a", "bands"), finding("history", FAIL)]

    assert next_command(findings) == "git fetch --unshallow"


def test_a_pass_needs_none() -> None:
    passed = [finding("threshold", Outcome.PASS), finding("judge", Outcome.NOTE)]

    assert next_command(passed, BASE) is None


def test_names_are_quoted_for_a_shell() -> None:
    found = finding("drift", FAIL, "drift", "a b;c", "bands")

    assert next_command([found]) == "lensops drift --monitor 'a b;c'"
