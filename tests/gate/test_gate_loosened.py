"""What a branch changes of its own policy: all of it counts, but for a short list."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from lensops.evidence import Finding, Outcome
from lensops.gate.exempt import EXEMPTIONS
from lensops.gate.loosened import loosened_policy
from lensops.manifest.drift import DriftGate, Feature, Monitor
from lensops.manifest.load import load
from lensops.manifest.model import Manifest, Target
from lensops.manifest.suite import Judge, Limits, Regression, Suite

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
  staging: {directory: staging}
  live: {directory: live, require_gate: true, after: staging}
rules: {released_version_changed: error}
"""


def findings_of(base: str, head: str) -> list[Finding]:
    manifests = (load(text.encode(), "m.yaml").manifest for text in (base, head))
    return list(loosened_policy(*manifests, Outcome.NOTE))


def messages(old: str, new: str) -> list[str]:
    assert old in BASE
    return [f"{f.subject}: {f.message}" for f in findings_of(BASE, BASE.replace(old, new))]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "threshold: 0.75",
            "threshold: 0.7",
            "evals.copy.threshold: threshold lowered from 0.75 to 0.70",
        ),
        ("max_missing: 0.1", "max_missing: 0.2", "max_missing raised from 0.10 to 0.20"),
        ("min_cases: 20", "min_cases: 5", "min_cases lowered from 20 to 5"),
        ("samples: 2", "samples: 1", "samples lowered from 2 to 1"),
        ("margin: 0.02", "margin: 0.05", "evals.copy.regression.margin: margin raised"),
        ("confidence: 0.95", "confidence: 0.8", "confidence lowered"),
        ("bleu: 0.4, judge: 0.6", "bleu: 0.6, judge: 0.4", "evals.copy.weights: weights changed"),
        ("5=warm", "5=any", "evals.copy.judge.rubric: rubric changed"),
        (", clarity: 5=clear", "", "rubric changed"),
        ("openai:gpt-4o", "openai:gpt-4o-mini", "model changed from openai:gpt-4o to openai:gpt"),
        ("fallback: fail", "fallback: neutral", "fallback changed from fail to neutral"),
        ("fallback: fail", "allow_self: true", "allow_self changed from false to true"),
        ("      - max_words: 40\n", "", "1 of 2 checks left out"),
        ("max_words: 40", "max_words: 90", "1 of 2 checks left out"),
        ("copy/cases.jsonl", "copy/easy.jsonl", "evals.copy.cases: cases changed"),
        (
            "    samples",
            "    model: openai:gpt-5\n    samples",
            "evals.copy.model: model was added",
        ),
        (
            "    samples",
            "    recordings: r\n    samples",
            "evals.copy.recordings: recordings changed",
        ),
        ("    samples", "    text: body\n    samples", "evals.copy.text: text was added"),
        ("    features", "    where: {a: 1}\n    features", "propensity.where: where was added"),
        ("critical: 0.20", "critical: 0.30", "critical widened from 0.20 to 0.30"),
        ("warning: 0.10", "warning: 0.15", "drift.propensity.bands.warning: warning widened"),
        ("critical: 0.15", "critical: 0.25", "drift.propensity.features.age.bands.critical"),
        (" {bands: {warning: 0.05, critical: 0.15}}", " {}", "features.age.bands.critical"),
        ("      score: {range: [0, 1]}\n", "", "features.score: score was removed"),
        ("      score:", "      spend: {}\n      score:", "features.spend: spend was added"),
        ("range: [0, 1]", "range: [0, 2]", "features.score.range: range changed"),
        ("data/b.csv", "data/c.csv", "drift.propensity.baseline: baseline changed"),
        ("data/c.csv", "data/b.csv", "drift.propensity.current: current changed"),
        ("on: warning", "on: critical", "on changed from warning to critical"),
        ("evidence: any", "evidence: confirmed", "evidence changed from any to confirmed"),
        ("inconclusive: fail", "inconclusive: warn", "inconclusive changed from fail to warn"),
        ("require_gate: true", "require_gate: false", "require_gate changed from true to false"),
        (", after: staging", "", "targets.live.after: after was removed"),
        ("directory: live", "directory: elsewhere", "directory changed from live to elsewhere"),
        ("  live:", "  production:", "targets.live: live was removed"),
        ("  staging: ", "  more: {directory: m}\n  staging: ", "targets.more: more was added"),
        ("changed: error", "changed: warning", "changed from error to warning"),
        ("project: p", "project: p\nbranch: other", "branch: branch was added"),
    ],
)
def test_what_counts(old: str, new: str, message: str) -> None:
    assert any(message in found for found in messages(old, new)), messages(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("threshold: 0.75", "threshold: 0.8"),
        ("threshold: 0.75", "threshold: 0.750"),
        ("margin: 0.02", "margin: 0.01"),
        ("confidence: 0.95", "confidence: 0.99"),
        ("max_missing: 0.1", "max_missing: 0.0"),
        ("min_cases: 20", "min_cases: 50"),
        ("{bleu: 0.4, judge: 0.6}", "{judge: 0.6, bleu: 0.4}"),
        ("{warmth: 5=warm, clarity: 5=clear}", "{clarity: 5=clear, warmth: 5=warm}"),
        ("guarantee\n", "guarantee\n      - min_words: 3\n"),
        ("critical: 0.20", "critical: 0.18"),
        ("critical: 0.15", "critical: 0.14"),
        ("active: v1", "active: v2"),
        ("project: p", "project: p # a comment"),
        ("threshold: 0.75", "threshold: 0.75\n    limits: {concurrency: 2}"),
        ("threshold: 0.75", "threshold: 0.75\n    prompt: copy"),
        ("threshold: 0.75", "threshold: 0.75\n    recordings: evals/copy/recordings"),
        ("staging: {directory: staging}", "staging: {directory: staging, require_gate: true}"),
        ("rules: {", "rules: {gate_loosened: error, "),
        ("targets:\n", "  more: {baseline: a, current: b, features: {x: {}}}\ntargets:\n"),
        ("drift:\n", "  two: {cases: c, threshold: 0.1, weights: {bleu: 1}}\ndrift:\n"),
    ],
)
def test_what_tightens_or_is_neutral_is_let_be(old: str, new: str) -> None:
    assert messages(old, new) == []


def test_checks_added_where_they_are_scored_count() -> None:
    scored = BASE.replace("bleu: 0.4", "checks: 0.4")
    more = scored.replace("guarantee\n", "guarantee\n      - min_words: 3\n")

    assert [finding.message for finding in findings_of(scored, more)] == ["checks changed"]


def test_the_first_checks_count_because_must_pass_was_held_to_the_score() -> None:
    unchecked, _, rest = BASE.partition("    checks:\n")
    unchecked += rest[rest.index("drift:") :]

    assert [finding.message for finding in findings_of(unchecked, BASE)] == ["checks was added"]


@pytest.mark.parametrize(("section", "entry"), [("evals:", "evals.copy"), ("drift:", "propensity")])
def test_a_removed_entry_is_one_finding(section: str, entry: str) -> None:
    first, _, rest = BASE.partition(section)
    following = "drift:" if section == "evals:" else "targets:"
    (finding,) = findings_of(BASE, first + rest[rest.index(following) :])

    assert entry in finding.subject
    assert finding.message.endswith("was removed")


def test_a_finding_has_its_keys_figures_and_the_outcome_of_the_rule() -> None:
    base = load(BASE.encode(), "m.yaml")
    head = load(BASE.replace("threshold: 0.75", "threshold: 0.7").encode(), "m.yaml")
    (finding,) = loosened_policy(base.manifest, head.manifest, Outcome.FAIL)

    assert (finding.rule, finding.outcome) == ("gate_loosened", Outcome.FAIL)
    assert (finding.limit, finding.value) == (0.75, 0.7)
    assert str(head.location(*finding.keys)) == "m.yaml:9:16"


# The law: every leaf of the policy counts, but in the one direction that the list names.

SIGNER = "o/r/.github/workflows/w.yml@refs/heads/{}"
FULL: dict[str, Any] = {
    "version": 1,
    "project": "p",
    "branch": "main",
    "prompts": {"copy": {"active": "v1"}, "other": {"active": "v1"}},
    "fragments": {"tone": {"active": "v1"}},
    "evals": {
        "copy": {
            "prompt": "other",
            "cases": "cases.jsonl",
            "recordings": "recordings",
            "text": "body",
            "weights": {"bleu": 0.4, "judge": 0.6},
            "threshold": 0.5,
            "stop": "early",
            "regression": {"margin": 0.5, "confidence": 0.9},
            "model": "openai:a",
            "base_url": "http://a",
            "judge": {
                "model": "openai:b",
                "base_url": "http://b",
                "rubric": {"warmth": "5=warm"},
                "fallback": "neutral",
                "allow_self": True,
                "samples": 5,
                "temperature": 0.5,
                "max_tokens": 500,
                "price": {"input": 1.0, "output": 2.0},
            },
            "checks": [{"max_words": 40}],
            "normalize": "nfkc",
            "samples": 5,
            "max_missing": 0.5,
            "min_cases": 5,
            "tokenizer": "13a",
            "limits": {
                "concurrency": 2,
                "call_timeout": 5.0,
                "run_timeout": 5.0,
                "retries": 2,
                "cost": 2.0,
                "tokens": 5000,
            },
            "price": {"input": 1.0, "output": 2.0},
            "budget": {"tokens": "+10%", "cost": "+10%", "latency_p95": "2s"},
        }
    },
    "drift": {
        "files": {
            "data": "data.csv",
            "time": "at",
            "timezone": "UTC",
            "baseline": {"to": "2026-01-01", "from": "2025-01-01", "where": {"a": 1}, "data": "b"},
            "current": {"last": "7d"},
            "profile": "profile.json",
            "where": {"a": 1},
            "by": "shop",
            "features": {
                "score": {
                    "column": "x",
                    "kind": "number",
                    "recipe": "uniform",
                    "range": [0.0, 1.0],
                    "bins": 5,
                    "missing": ["NA"],
                    "decimal": ",",
                    "bands": {"warning": 0.2, "critical": 0.4},
                },
                "age": {"edges": [0.0, 5.0]},
            },
            "bands": {"warning": 0.2, "critical": 0.4},
            "gate": {"on": "critical", "evidence": "confirmed"},
            "inconclusive": "warn",
            "confidence": 0.9,
        },
        "house": {
            "connection": "postgres://h/d",
            "table": "t",
            "baseline": {},
            "current": {},
            "features": {"score": {}},
        },
    },
    "targets": {
        "staging": {"directory": "staging", "require_gate": False},
        "live": {
            "git": "origin",
            "branch": "live",
            "after": "staging",
            "require_gate": {"signed_by": SIGNER.format("main")},
            "overrides": ["after"],
        },
    },
    "rules": {"unevaluated": "warning"},
    "models": {"ends": "ends.json"},
    "protect": {"paths": ["prompts/legal"], "keys": ["rules"]},
}
MUTANTS: dict[type, list[Any]] = {
    str: ["elsewhere", "2024-12-31", "9d", "openai:z", "http://z", "UTC", "Europe/Berlin", "intl"],
    bool: [True, False],
    int: [1, 4, 6],
    float: [0.01, 0.3, 0.45, 0.95],
}
WORDS = ["off", "warning", "inconclusive", "error", "neutral", "fail", "critical", "any"]
WORDS += [
    SIGNER.format("other"),
    "ancestor",
    "confirmed",
    "warn",
    "number",
    "category",
    "text",
    "uniform",
    "quantile",
    "other",
    "copy",
]


def policy_leaves(value: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from policy_leaves(child, (*keys, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from policy_leaves(child, (*keys, index))
    else:
        yield keys, value


def with_value(keys: tuple[Any, ...], value: Any) -> Manifest | None:
    """The full manifest with one leaf replaced (or left out); None where that is not sound."""
    mutant = copy.deepcopy(FULL)
    inner = mutant
    for key in keys[:-1]:
        inner = inner[key]
    if value is None:
        del inner[keys[-1]]
    else:
        inner[keys[-1]] = value
    try:
        return Manifest.model_validate(mutant)
    except ValidationError:
        return None


def mutants() -> Iterator[tuple[tuple[Any, ...], Any, Manifest]]:
    """Every sound manifest that differs from the full one in one leaf of its policy."""
    filled = Manifest.model_validate(FULL).model_dump(mode="json", by_alias=True)
    FULL["rules"] = {key: value for key, value in filled["rules"].items() if value is not None}
    original = Manifest.model_validate(FULL)
    for section in FULL.keys() - {"version", "project", "prompts", "fragments"}:
        for keys, value in policy_leaves(FULL[section], (section,)):
            for other in (None, *MUTANTS[type(value)], *(WORDS if isinstance(value, str) else ())):
                mutant = with_value(keys, other)
                if mutant is not None and mutant != original:
                    yield keys, other, mutant


LISTED = {  # keys that the list names, with the direction that it lets be
    "threshold": lambda old, new: new > old,
    "min_cases": lambda old, new: new > old,
    "samples": lambda old, new: new > old,
    "confidence": lambda old, new: new > old,
    "max_missing": lambda old, new: new < old,
    "margin": lambda old, new: new < old,
    "warning": lambda old, new: new < old,
    "critical": lambda old, new: new < old,
    "fallback": lambda old, new: new == "fail",
    "allow_self": lambda old, new: not new,
    "stop": lambda old, new: new is None,
    "on": lambda old, new: new == "warning",
    "inconclusive": lambda old, new: new == "fail",
    "require_gate": lambda old, new: new is True,
}
HARDNESS = ["off", "warning", "inconclusive", "error"]


def is_listed(keys: tuple[Any, ...], new: Any) -> bool:
    """Whether the list lets a mutation be, worked out by the test itself."""
    if "limits" in keys or keys == ("models", "ends"):
        return True
    old: Any = Manifest.model_validate(FULL).model_dump(mode="json", by_alias=True)
    for key in keys:
        old = old[key]
    if keys[0] == "rules":
        return HARDNESS.index(new or "inconclusive") > HARDNESS.index(old)
    if keys[0] == "drift" and keys[-1] == "confidence":
        return False
    test = LISTED.get(keys[-1])
    return test is not None and bool(test(old, new))


def effective(keys: tuple[Any, ...], mutant: Manifest) -> Any:
    """The value that a mutant has, defaults filled in."""
    value: Any = mutant.model_dump(mode="json", by_alias=True)
    for key in keys:
        if not isinstance(value, dict | list) or (isinstance(value, dict) and key not in value):
            return None
        if isinstance(value, list) and key >= len(value):
            return None
        value = value[key]
    return value


def test_any_change_of_a_leaf_that_is_not_on_the_list_is_a_finding() -> None:
    original = Manifest.model_validate(FULL)
    tried = 0
    for keys, _, mutant in mutants():
        found = list(loosened_policy(original, mutant, Outcome.FAIL))
        tried += 1
        assert bool(found) != is_listed(keys, effective(keys, mutant)), (keys, mutant, found)
    assert tried > 150


@pytest.mark.parametrize(
    ("model", "keys"),
    [
        (Manifest, ()),
        (Suite, ("evals", "copy")),
        (Judge, ("evals", "copy", "judge")),
        (Regression, ("evals", "copy", "regression")),
        (Limits, ("evals", "copy", "limits")),
        (Monitor, ("drift",)),
        (Feature, ("drift", "files", "features")),
        (DriftGate, ("drift", "files", "gate")),
        (Target, ("targets",)),
    ],
)
def test_the_law_mutates_every_key_that_the_manifest_has(
    model: type[BaseModel], keys: tuple[str, ...]
) -> None:
    value = FULL
    for key in keys:
        value = value[key]
    present = {*value} | {
        key for child in value.values() if isinstance(child, dict) for key in child
    }

    assert {field.alias or name for name, field in model.model_fields.items()} <= present


def test_each_entry_of_the_list_says_why() -> None:
    assert all(entry.why for entry in EXEMPTIONS)
