"""A verdict as a document and as data: what decided first, each fact once, what to run next."""

from __future__ import annotations

import json

import pytest

from lensops.evidence import Base, Conditions, Finding, Outcome, Verdict
from lensops.evidence.file import parse
from lensops.gate import GateResult
from lensops.render.json import envelope
from lensops.render.terminal import plain
from lensops.report.verdict import data, document, gate_line

PASS = Finding("threshold", "copy", Outcome.PASS, "mean score 0.8000 reaches 0.75", 0.8, 0.75)
NOTE = Finding("judge", "copy", Outcome.NOTE, "2 of 50 cases were not judged")
OPEN = Finding("missing", "copy", Outcome.INCONCLUSIVE, "3 have no output")
FAIL = Finding("must_pass", "copy/c1", Outcome.FAIL, "c1 must pass and does not")
LOOSENED = Finding("gate_loosened", "evals.copy.threshold", Outcome.NOTE, "threshold lowered")
BASE = Base("main", "1" * 40, "sha256:" + "b" * 64)


def result(*findings: Finding, next_command: str | None = None) -> GateResult:
    digests = {"release": "sha256:" + "a" * 64}
    verdict = Verdict(findings, digests, (), BASE, Conditions("lensops 1.0"))
    return GateResult(verdict, base=BASE, next_command=next_command)


def lines(shown: GateResult) -> list[str]:
    return plain(document(shown)).splitlines()


def test_what_stops_it_comes_first_and_what_is_loosened_before_all() -> None:
    shown = lines(result(PASS, NOTE, LOOSENED, OPEN, FAIL))

    assert shown[:6] == [
        "Gate failed ✗",
        "⚠ gate loosened: evals.copy.threshold: threshold lowered",
        "  ✗ must pass copy/c1: c1 must pass and does not",
        "  ? missing copy: 3 have no output",
        "  · judge copy: 2 of 50 cases were not judged",
        "  ✓ threshold copy: mean score 0.8000 reaches 0.75",
    ]


def test_the_last_line_counts_the_findings() -> None:
    verdict = result(PASS, PASS, OPEN, NOTE).verdict

    assert gate_line(verdict) == "[gate] pass=2 fail=0 inconclusive=1 note=1 INCONCLUSIVE ?"


def test_digests_and_the_base_are_named_in_short() -> None:
    assert "evidence of release aaaaaaaaaaaa, base 1111111111" in lines(result(PASS))


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (None, None),
        ("lensops drift", "Next: lensops drift"),
        (
            "lensops eval --record",
            "Next: lensops eval --record (needs a key of the provider; commit what it records)",
        ),
    ],
)
def test_the_next_command_has_a_line(command: str | None, line: str | None) -> None:
    following = [shown for shown in lines(result(FAIL, next_command=command)) if "Next:" in shown]

    assert following == ([line] if line else [])


def test_the_data_is_evidence_itself() -> None:
    shown = result(PASS, NOTE)
    written = envelope("verdict", data(shown))

    assert parse(written.encode(), "verdict.json") == shown.verdict
    body = json.loads(written)
    assert body["base"] == {"ref": "main", "commit": "1" * 40, "release": "sha256:" + "b" * 64}
    assert body["next"] is None


def test_a_verdict_without_a_base_says_so_in_json() -> None:
    alone = GateResult(Verdict((PASS,)))

    assert data(alone)["base"] is None
