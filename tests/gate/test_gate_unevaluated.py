"""New and changed prompts without an eval, by the rule that the base has for them."""

from __future__ import annotations

import pytest

from lensops.evidence import Outcome
from lensops.gate import unevaluated_findings
from lensops.manifest import Manifest

HEAD = Manifest.model_validate(
    {
        "version": 1,
        "project": "p",
        "prompts": {name: {"active": "v1"} for name in ("scored", "same", "changed", "new")},
        "evals": {
            "quality": {"prompt": "scored", "cases": "c", "threshold": 0.5, "weights": {"bleu": 1}}
        },
    }
)
BASE = {"scored": "a", "same": "b", "changed": "c"}
CURRENT = {"scored": "A", "same": "b", "changed": "C", "new": "d"}


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        ("error", Outcome.FAIL),
        ("inconclusive", Outcome.INCONCLUSIVE),
        ("warning", Outcome.NOTE),
    ],
)
def test_what_changed_and_has_no_eval_is_found(rule: str, outcome: Outcome) -> None:
    findings = list(unevaluated_findings(HEAD, BASE, CURRENT, rule))

    assert [(f.subject, f.outcome) for f in findings] == [("changed", outcome), ("new", outcome)]


def test_the_rule_can_be_off() -> None:
    assert list(unevaluated_findings(HEAD, BASE, CURRENT, "off")) == []


def test_the_default_is_inconclusive_where_there_are_evals() -> None:
    assert HEAD.unevaluated_rule == "inconclusive"
    assert HEAD.model_copy(update={"evals": {}}).unevaluated_rule == "warning"
