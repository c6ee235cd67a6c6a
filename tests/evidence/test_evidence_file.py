"""The evidence file: what is written is what is read, and nothing else is accepted."""

from __future__ import annotations

import contextlib
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.errors import Location, UserError
from lensops.evidence import Base, Conditions, Finding, Outcome, Reading, Verdict, refusals
from lensops.evidence.file import body, digest_of, parse, read_evidence, statement, write_evidence

PASSED = Verdict(
    (
        Finding("threshold", "offer_copy", Outcome.PASS, "0.81 is not below 0.75", 0.81, 0.75),
        Finding(
            "gate_loosened", "x", Outcome.NOTE, "margin raised", 0.1, 0.0, Location("a.yaml", 3, 7)
        ),
    ),
    {"release": "sha256:" + "a" * 64, "cases": "sha256:" + "b" * 64},
    (Reading("mean_score", "offer_copy", 0.81, 50, "mean", (0.79, 0.83)),),
    Base("main", "1" * 40, "sha256:" + "d" * 64),
    Conditions("lensops 1.0", {"mode": "replay"}, {"offer_copy": ("judge-1", "judge-2")}),
)
EXPECTED = dict(PASSED.digests)

texts = st.text(max_size=12)
floats = st.none() | st.floats(allow_nan=False, allow_infinity=False)
findings = st.builds(
    Finding,
    texts,
    texts,
    st.sampled_from(Outcome),
    texts,
    floats,
    floats,
    st.none() | st.builds(Location, texts, st.none() | st.integers(1, 9), st.none()),
)


def write(verdict: Verdict, folder: Path) -> Path:
    path = folder / "evidence.json"
    write_evidence(path, verdict)
    return path


def write_changed(folder: Path, **keys: object) -> Path:
    path = write(PASSED, folder)
    path.write_text(json.dumps({**json.loads(path.read_text()), **keys}))
    return path


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    assert read_evidence(write(PASSED, tmp_path)) == PASSED


@given(st.lists(findings, max_size=4), st.dictionaries(texts, texts, max_size=3))
def test_any_verdict_survives_the_file(found: list[Finding], digests: dict[str, str]) -> None:
    verdict = Verdict(tuple(found), digests)
    data = json.dumps({"schema": "lensops/verdict/v1", **body(verdict)}).encode()
    assert parse(data, "e.json") == verdict


def test_a_statement_is_read_back_as_its_verdict(tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    write_evidence(path, PASSED, as_statement=True)

    assert read_evidence(path) == PASSED
    file = json.loads(path.read_text())
    assert file["_type"] == "https://in-toto.io/Statement/v1"
    assert file["subject"] == [{"name": "release", "digest": {"sha256": "a" * 64}}]
    assert file["predicate"]["verdict"] == "pass"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"subject": []}, "a statement about another release"),
        ({"subject": [{"name": "release", "digest": {"sha256": "c" * 64}}]}, "another release"),
        ({"predicateType": "https://slsa.dev/provenance/v1"}, "predicateType"),
        ({"_type": "https://in-toto.io/Statement/v0.1"}, "_type"),
    ],
)
def test_another_statement_is_refused(
    tmp_path: Path, keys: dict[str, object], message: str
) -> None:
    path = tmp_path / "evidence.json"
    write_evidence(path, PASSED, as_statement=True)
    path.write_text(json.dumps({**json.loads(path.read_text()), **keys}))

    with pytest.raises(UserError, match=message):
        read_evidence(path)


def test_figures_that_are_no_numbers_are_null(tmp_path: Path) -> None:
    finding = Finding("threshold", "x", Outcome.INCONCLUSIVE, "no figure", math.nan, 0.75)
    reading = Reading("mean_score", "x", math.nan, 0, "mean", (math.nan, math.nan))
    path = write(Verdict((finding,), {}, (reading,)), tmp_path)
    file = json.loads(path.read_text())
    assert file["findings"][0]["value"] is None
    assert file["readings"][0]["interval"] is None
    assert math.isnan(read_evidence(path).readings[0].value)


def test_a_lone_surrogate_does_not_stop_the_writing(tmp_path: Path) -> None:
    verdict = Verdict((Finding("must pass", "case \ud800", Outcome.FAIL, "no"),))
    assert read_evidence(write(verdict, tmp_path)).findings[0].subject == "case ?"


def test_the_file_has_the_promised_keys(tmp_path: Path) -> None:
    file = json.loads(write(PASSED, tmp_path).read_text())
    assert file["schema"] == "lensops/verdict/v1"
    assert {"verdict", "digests", "findings"} < set(file)
    assert {"rule", "subject", "outcome", "value", "limit", "message"} < set(file["findings"][0])


def test_keys_of_a_report_beside_the_evidence_are_let_be(tmp_path: Path) -> None:
    assert read_evidence(write_changed(tmp_path, evals=[{"name": "x"}])) == PASSED


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"verdict": "fail"}, "states fail, but its findings make pass"),
        ({"findings": []}, "states pass, but its findings make inconclusive"),
        ({"schema": "lensops/plan/v1"}, "schema"),
        ({"digests": {"release": 5}}, "digests.release"),
        ({"findings": [{"rule": "x"}]}, "findings.0"),
        ({"verdict": "maybe"}, "verdict"),
    ],
)
def test_an_edited_file_is_refused(tmp_path: Path, keys: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_evidence(write_changed(tmp_path, **keys))


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000, b'{"schema": NaN}', b"{}"]
)
def test_what_is_no_evidence_is_said(data: bytes) -> None:
    with pytest.raises(UserError, match=r"e\.json is no evidence of a gate"):
        parse(data, "e.json")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
def test_no_bytes_end_with_anything_but_words(data: bytes) -> None:
    with contextlib.suppress(UserError):
        parse(data, "e.json")


@given(
    st.sampled_from(["verdict", "digests", "findings", "readings", "base", "conditions", "schema"]),
    values,
    st.booleans(),
)
def test_no_value_of_a_key_ends_with_anything_but_words(
    key: str, value: object, as_statement: bool
) -> None:
    whole: dict[str, object] = {"schema": "lensops/verdict/v1", **body(PASSED), key: value}
    if as_statement:
        whole = statement(whole, "sha256:" + "a" * 64)
    with contextlib.suppress(UserError):
        parse(json.dumps(whole).encode(), "e.json")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read the evidence e\.json"):
        read_evidence(tmp_path / "e.json")


def test_matching_evidence_of_a_pass_is_accepted() -> None:
    assert refusals(PASSED, EXPECTED) == ()


@pytest.mark.parametrize(
    ("verdict", "expected", "reason"),
    [
        (Verdict((), EXPECTED), EXPECTED, "the verdict is inconclusive"),
        (
            PASSED,
            {**EXPECTED, "release": "sha256:" + "c" * 64},
            "other release: aaaaaaaaaaaa, now c",
        ),
        (PASSED, {**EXPECTED, "recordings": "sha256:d"}, "not bound to any recordings"),
    ],
)
def test_anything_else_is_refused(verdict: Verdict, expected: dict[str, str], reason: str) -> None:
    assert any(reason in refusal for refusal in refusals(verdict, expected))


@pytest.mark.parametrize(
    ("base", "commit", "reason"),
    [
        (None, "2" * 40, "it was found without a base"),
        (Base("main", "1" * 40), "2" * 40, "it was found without a base"),
        (PASSED.base, "1" * 40, "its base is the commit that would be applied"),
        (PASSED.base, "2" * 40, None),
    ],
)
def test_a_base_is_demanded_and_another_commit(
    base: Base | None, commit: str, reason: str | None
) -> None:
    verdict = replace(PASSED, base=base)

    reasons = refusals(verdict, EXPECTED, commit=commit, needs_base=True)

    assert len(reasons) == (reason is not None)
    assert all(reason is not None and reason in text for text in reasons)
    assert refusals(verdict, EXPECTED, commit=commit) == ()


def test_two_verdicts_have_two_digests() -> None:
    assert digest_of(PASSED) != digest_of(Verdict(PASSED.findings[:1], PASSED.digests))
