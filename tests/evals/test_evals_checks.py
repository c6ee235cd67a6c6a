"""Checks of outputs: what holds, what does not and why, and that none of them hangs."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from lensops.errors import Invalid
from lensops.evals.checks import CHECKS, check_fault, checked_output, run_check
from lensops.evals.schema import Schema, load_schemas, read_schema
from lensops.evals.words import count_words
from lensops.files import Folder
from lensops.manifest.suite import Check

COPY = {"headline": "Tea", "body": "Tea is £1 off today.", "cta": "Come in", "none": None}

CALLS = {
    "content": None,
    "tool_calls": [
        {
            "id": "c1",
            "type": "function",
            "function": {"name": "weather", "arguments": '{"city": "Oslo", "days": 2}'},
        },
        {"id": "c2", "name": "time", "arguments": {"zone": "UTC"}},
    ],
}

HOLDS = [
    ({"tool_called": {"name": "weather"}}, CALLS),
    ({"tool_called": {"name": "weather", "arguments": {"city": "Oslo"}}}, CALLS),
    ({"tool_called": {"name": "time", "arguments": {"zone": "UTC"}}}, CALLS),
    ({"valid_json": True}, COPY),
    ({"valid_json": True}, json.dumps(COPY)),
    ({"valid_json": True}, "null"),
    ({"valid_json": False}, "plain text"),
    ({"required_fields": ["headline", "body"]}, COPY),
    ({"min_chars": 20}, COPY),
    ({"max_chars": 20}, COPY),
    ({"min_words": 5}, COPY),
    ({"max_words": 5}, COPY),
    ({"contains": "£1 off"}, COPY),
    ({"not_contains": "Tea is £2"}, COPY),
    ({"regex": r"£\d+ off"}, COPY),
    ({"equals": "Tea is £1 off today."}, COPY),
    ({"equals": COPY}, COPY),
    ({"equals": {"a": 1}}, '{"a": 1}'),
    ({"json_schema": "s.json"}, COPY),
]
FAILS = [
    ({"tool_called": {"name": "delete"}}, CALLS, "delete was not called, but weather, time"),
    ({"tool_called": {"name": "weather"}}, "sunny", "weather was not called, but no tool"),
    (
        {"tool_called": {"name": "weather", "arguments": {"city": "Rome"}}},
        CALLS,
        'weather was called with city="Oslo"',
    ),
    (
        {"tool_called": {"name": "weather", "arguments": {"unit": "C"}}},
        CALLS,
        "weather was called without 'unit'",
    ),
    (
        {"tool_called": {"name": "weather", "arguments": {"days": True}}},
        {"tool_calls": [{"name": "weather", "arguments": {"days": 1}}]},
        "weather was called with days=1",
    ),
    ({"valid_json": True}, "plain text", "the output is not JSON"),
    ({"valid_json": True}, '{"a": NaN}', "the output is not JSON"),
    ({"valid_json": False}, COPY, "the output is JSON"),
    ({"required_fields": ["body", "price"]}, COPY, "missing: price"),
    ({"required_fields": ["none"]}, COPY, "missing: none"),
    ({"required_fields": ["body"]}, "[1]", "the output is not a JSON object"),
    ({"min_chars": 21}, COPY, "20 characters, at least 21"),
    ({"max_chars": 19}, COPY, "20 characters, at most 19"),
    ({"min_words": 6}, COPY, "5 words, at least 6"),
    ({"max_words": 4}, COPY, "5 words, at most 4"),
    ({"contains": "£2"}, COPY, "'£2' is not in it"),
    ({"contains": "Come in"}, COPY, "'Come in' is not in it"),  # in another field than the text
    ({"not_contains": "off"}, COPY, "'off' is in it"),
    ({"regex": r"\d{3}"}, COPY, "is not found"),
    ({"equals": "Tea"}, COPY, "it is not equal"),
    ({"json_schema": "s.json"}, {"body": 7}, "$.body: 7 is not of type 'string'"),
    ({"json_schema": "s.json"}, "plain", "the output is not JSON"),
]
SCHEMA = {"type": "object", "required": ["body"], "properties": {"body": {"type": "string"}}}


def outcome(declared: dict[str, Any], output: Any) -> tuple[bool, str]:
    check = Check.model_validate(declared)
    result = run_check(check, checked_output(output, "body", {"s.json": Schema(SCHEMA)}))
    return result.passed, result.reason


@pytest.mark.parametrize(("declared", "output"), HOLDS)
def test_what_holds(declared: dict[str, Any], output: Any) -> None:
    assert outcome(declared, output) == (True, "")


@pytest.mark.parametrize(("declared", "output", "reason"), FAILS)
def test_what_does_not_says_why(declared: dict[str, Any], output: Any, reason: str) -> None:
    passed, said = outcome(declared, output)
    assert not passed
    assert reason in said


def test_every_declared_check_is_tested() -> None:
    assert set(CHECKS) == set(Check.model_fields)
    assert {next(iter(declared)) for declared, _ in HOLDS} == set(CHECKS)
    assert {next(iter(declared)) for declared, *_ in FAILS} == set(CHECKS)


def test_a_pattern_that_explodes_is_stopped() -> None:
    began = time.monotonic()
    passed, said = outcome({"regex": r"^(a|a|aa)+$"}, "a" * 60 + "!")
    assert not passed
    assert "more than 1 s" in said
    assert time.monotonic() - began < 60  # for ever, without a limit


def test_a_pattern_that_is_none_is_found_before_the_run() -> None:
    assert "is none" in (check_fault(Check(regex="(")) or "")
    assert check_fault(Check(regex="a+")) is None
    assert check_fault(Check(contains="(")) is None


class TestSchemas:
    def write(self, folder: Path, content: Any) -> Folder:
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / "s.json").write_text(text)
        return Folder(folder)

    def test_a_sound_one_is_loaded_once(self, tmp_path: Path) -> None:
        found = load_schemas(self.write(tmp_path, SCHEMA), [Check(json_schema="s.json")] * 3)
        assert list(found) == ["s.json"]
        assert found["s.json"].fault({"body": "x"}) is None

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ("{", "s.json:1:2: not JSON"),
            ({"type": "strin"}, "not a JSON Schema"),
            ("7", "not a JSON Schema"),
            ({"$ref": "https://example.org/x.json"}, "$ref 'https://example.org/x.json' leaves"),
            ({"properties": {"a": {"$ref": "other.json"}}}, "leaves the file"),
        ],
    )
    def test_a_faulty_one_is_said(self, content: Any, says: str, tmp_path: Path) -> None:
        with pytest.raises(Invalid) as caught:
            read_schema(self.write(tmp_path, content), "s.json")
        assert says in str(caught.value)

    def test_references_inside_the_file_work(self, tmp_path: Path) -> None:
        content = {"$defs": {"t": {"type": "string"}}, "items": {"$ref": "#/$defs/t"}}
        schema = Schema(read_schema(self.write(tmp_path, content), "s.json"))
        assert schema.fault(["x"]) is None
        assert "$[1]" in (schema.fault(["x", 7]) or "")

    def test_no_file_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(Invalid, match=r"there is no file s\.json"):
            read_schema(Folder(tmp_path), "s.json")


class TestWords:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Come in for tea.", 4),
            ("It costs £3.50, doesn't it?", 5),
            ("well-known and co-op", 5),
            ("今天天气很好", 6),
            ("カフェ", 3),
            ("コーヒーはいかが", 6),
            ("커피 한 잔", 3),
            ("قهوة مجانية", 2),
            ("  — … ! ", 0),
            ("", 0),
        ],
    )
    def test_they_are_counted_by_uax_29_and_ideographs_and_kana_as_one(
        self, text: str, words: int
    ) -> None:
        assert count_words(text) == words

    def test_two_thousand_ideographs_are_more_than_forty_words(self) -> None:
        passed, reason = outcome({"max_words": 40}, {"body": "好" * 2_000})
        assert (passed, reason) == (False, "2000 words, at most 40")
        assert outcome({"min_words": 5}, {"body": "今天天气很好"})[0]

    @pytest.mark.parametrize("text", ["สวัสดีครับ", "ສະບາຍດີ", "សួស្តី", "မင်္ဂလာပါ"])
    def test_writing_that_does_not_mark_words_is_left_open_with_a_hint(self, text: str) -> None:
        result = run_check(Check(max_words=40), checked_output(text, None, {}))
        assert (result.passed, result.is_open) == (False, True)
        assert "limit the characters" in result.reason


class TestNormalised:
    def test_texts_that_look_alike_are_named_and_equal_when_that_is_asked_for(self) -> None:
        check = Check(contains="£2 off")
        plain = run_check(check, checked_output("Now ２ off: £２ off", None, {}))
        assert not plain.passed
        assert "it looks alike" in plain.reason
        assert run_check(check, checked_output("Now £２ off", None, {}, "nfkc")).passed
        other = run_check(check, checked_output("nothing of it", None, {}))
        assert "looks alike" not in other.reason

    @pytest.mark.parametrize(
        ("check", "holds"),
        [({"contains": "ﬁ"}, True), ({"not_contains": "ﬁ"}, False), ({"equals": "ﬁne"}, True)],
    )
    def test_what_is_looked_for_is_normalised_as_well(
        self, check: dict[str, str], holds: bool
    ) -> None:
        for text in ("ﬁne", "fine"):
            result = run_check(Check(**check), checked_output(text, None, {}, "nfkc"))
            assert result.passed is holds
