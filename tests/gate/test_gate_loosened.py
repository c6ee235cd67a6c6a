"""What counts as a loosened gate, one edit of the manifest at a time, and what does not."""

from __future__ import annotations

import pytest

from lensops.evidence import Outcome
from lensops.gate import CaseFacts, loosened
from lensops.manifest.load import load

BASE = """\
version: 1
project: p
prompts:
  copy: {active: v1}
evals:
  copy:
    cases: evals/copy/cases.jsonl
    weights: {bleu: 0.4, judge: 0.6}
    threshold: 0.75
    max_missing: 0.1
    min_cases: 20
    samples: 2
    regression: {margin: 0.02, confidence: 0.95}
    judge:
      model: openai:gpt-4o
      rubric: {warmth: 5=warm, clarity: 5=clear}
      fallback: fail
    checks:
      - max_words: 40
      - not_contains: guarantee
drift:
  propensity:
    baseline: data/b.csv
    current: data/c.csv
    features:
      score: {range: [0, 1]}
      age: {bands: {warning: 0.05, critical: 0.15}}
    bands: {warning: 0.10, critical: 0.20}
    gate: {on: warning, evidence: any}
    inconclusive: fail
targets:
  live: {directory: live, require_gate: true}
rules: {released_version_changed: error}
"""


def said(before: str, after: str) -> list[str]:
    assert before in BASE
    base, head = load(BASE.encode(), "m.yaml"), load(BASE.replace(before, after).encode(), "m.yaml")
    return [f"{f.subject}: {f.message}" for f in loosened(base.manifest, head)]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("threshold: 0.75", "threshold: 0.7", "evals.copy.threshold: threshold lowered"),
        ("max_missing: 0.1", "max_missing: 0.2", "max_missing raised from 0.1 to 0.2"),
        ("min_cases: 20", "min_cases: 5", "min_cases lowered from 20 to 5"),
        ("samples: 2", "samples: 1", "samples lowered from 2 to 1"),
        ("margin: 0.02", "margin: 0.05", "evals.copy.regression.margin: margin raised"),
        ("confidence: 0.95", "confidence: 0.8", "confidence lowered"),
        ("bleu: 0.4, judge: 0.6", "bleu: 0.6, judge: 0.4", "evals.copy.weights: weights changed"),
        ("5=warm", "5=any", "evals.copy.judge.rubric: rubric changed"),
        (", clarity: 5=clear", "", "rubric changed"),
        ("openai:gpt-4o", "openai:gpt-4o-mini", "evals.copy.judge.model: model changed"),
        ("fallback: fail", "fallback: neutral", "fallback went from fail to neutral"),
        ("fallback: fail", "allow_self: true", "the model under test may judge itself"),
        ("      - max_words: 40\n", "", "1 of 2 checks left out"),
        ("max_words: 40", "max_words: 90", "1 of 2 checks left out"),
        ("copy/cases.jsonl", "copy/easy.jsonl", "evals.copy.cases: cases changed"),
        (
            "    features",
            "    where: {a: 1}\n    features",
            "drift.propensity.where: where changed",
        ),
        ("critical: 0.20", "critical: 0.30", "critical widened from 0.2 to 0.3"),
        ("warning: 0.10", "warning: 0.15", "drift.propensity.bands.warning: warning widened"),
        ("critical: 0.15", "critical: 0.25", "drift.propensity.features.age.bands.critical"),
        (" {bands: {warning: 0.05, critical: 0.15}}", " {}", "features.age.bands.critical"),
        ("      score: {range: [0, 1]}\n", "", "feature score is no longer watched"),
        ("range: [0, 1]", "range: [0, 2]", "features.score.range: range changed"),
        ("data/b.csv", "data/c.csv", "drift.propensity.baseline: baseline changed"),
        ("on: warning", "on: critical", "gate.on went from warning to critical"),
        ("evidence: any", "evidence: confirmed", "gate.evidence went from any to confirmed"),
        ("inconclusive: fail", "inconclusive: warn", "inconclusive went from fail to warn"),
        ("require_gate: true", "require_gate: false", "no longer asks for a passed gate"),
        ("changed: error", "changed: warning", "went from error to warning"),
    ],
)
def test_what_loosens_is_said(before: str, after: str, message: str) -> None:
    assert any(message in one for one in said(before, after)), said(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("threshold: 0.75", "threshold: 0.8"),
        ("threshold: 0.75", "threshold: 0.750"),
        ("margin: 0.02", "margin: 0.01"),
        ("max_missing: 0.1", "max_missing: 0.0"),
        ("min_cases: 20", "min_cases: 50"),
        ("{bleu: 0.4, judge: 0.6}", "{judge: 0.6, bleu: 0.4}"),
        ("{warmth: 5=warm, clarity: 5=clear}", "{clarity: 5=clear, warmth: 5=warm}"),
        ("      - max_words: 40\n", "      - max_words: 40\n      - min_words: 3\n"),
        ("critical: 0.20", "critical: 0.18"),
        ("active: v1", "active: v2"),
        ("data/c.csv", "data/march.csv"),
        ("      score:", "      spend: {}\n      score:"),
        ("project: p", "project: p # a comment"),
        ("threshold: 0.75", "threshold: 0.75\n    limits: {concurrency: 2}"),
    ],
)
def test_what_tightens_or_does_not_matter_is_let_be(before: str, after: str) -> None:
    assert said(before, after) == []


def test_a_removed_eval_and_a_removed_monitor_are_said() -> None:
    _, evals, rest = BASE.partition("evals:")
    assert said(evals + rest[: rest.index("drift:")], "") == ["evals.copy: evals.copy was removed"]
    _, drift, rest = BASE.partition("drift:")
    assert said(drift + rest[: rest.index("targets:")], "") == [
        "drift.propensity: drift.propensity was removed"
    ]


def test_a_finding_has_its_place_its_figures_and_the_outcome_asked_for() -> None:
    base = load(BASE.encode(), "m.yaml")
    head = load(BASE.replace("threshold: 0.75", "threshold: 0.7").encode(), "m.yaml")
    (finding,) = loosened(base.manifest, head, outcome=Outcome.FAIL)
    assert (finding.rule, finding.outcome) == ("gate_loosened", Outcome.FAIL)
    assert (finding.limit, finding.value) == (0.75, 0.7)
    assert str(finding.location) == "m.yaml:9:16"


def test_dropped_changed_and_freed_cases_are_said_and_new_ones_are_not() -> None:
    head = load(BASE.encode(), "m.yaml")
    before = {name: CaseFacts(name) for name in "abcde"} | {"must": CaseFacts("m", True)}
    after = {"a": CaseFacts("a"), "b": CaseFacts("B"), "must": CaseFacts("n"), "new": CaseFacts("")}
    found = loosened(head.manifest, head, {"copy": (before, after)})
    assert [finding.message for finding in found] == [
        "3 cases (c, d, e) dropped",
        "1 case (must) no longer must pass",
        "1 case (b) changed",
    ]
    assert loosened(head.manifest, head, {"copy": (after, {**after, "more": CaseFacts("")})}) == ()
