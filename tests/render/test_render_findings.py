"""Findings for machines: hostile text stays within its field."""

from __future__ import annotations

import json
import unicodedata
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lensops.errors import Location
from lensops.evidence import Finding, Outcome
from lensops.render.annotations import commands, inert
from lensops.render.ci_files import junit, sarif

HOSTILE = [
    "a\n::error::forged",
    "100%",
    "::set-output name=x::y",
    "a,line=1:b",
    "<![CDATA[ ]]> & <x>",
    "\x00\x1b[2J\u202e\ud800",
    "]]>",
]


def finding(text: str, outcome: Outcome = Outcome.FAIL) -> Finding:
    return Finding("threshold", text, outcome, text, 0.1, 0.2, Location("llmops.yaml", 3, 5))


@settings(max_examples=150)
@given(st.text(st.characters()), st.text("\x1f\ud800\uffff\r\n:<&]%,", min_size=1))
def test_any_message_at_any_place_is_read_back(text: str, path: str) -> None:
    place = Location(path, 3, 5)
    found = [Finding("threshold", text, outcome, text, location=place) for outcome in Outcome]
    assert len(list(ET.fromstring(junit(found)).iter("testcase"))) == len(found)
    assert len(json.loads(sarif(found, "1.0"))["runs"][0]["results"]) == len(found) - 1
    assert all(line.startswith("::") for line in commands(found).splitlines())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_message_is_one_command(text: str) -> None:
    written = commands([finding(text)])
    (line,) = written.splitlines()
    head, _, message = line[2:].partition("::")
    assert head == "error file=llmops.yaml,line=3,col=5,title=lensops threshold"
    assert "\x1b" not in message


def test_a_file_name_cannot_add_properties() -> None:
    place = Location("a,line=9::b.yaml", 1, 1)
    written = commands([Finding("x", "s", Outcome.FAIL, "m", location=place)])
    assert written == "::error file=a%2Cline=9%3A%3Ab.yaml,line=1,col=1,title=lensops x::s: m\n"


def test_what_passed_is_no_annotation() -> None:
    assert commands([finding("x", Outcome.PASS)]) == ""


def test_what_stops_it_comes_first_and_needs_no_place() -> None:
    note = finding("n", Outcome.NOTE)
    written = commands([note, Finding("evidence", "manifest", Outcome.INCONCLUSIVE, "nothing")])
    first, second = written.splitlines()
    assert first == "::warning title=lensops evidence::manifest: nothing"
    assert second.startswith("::notice file=")


@pytest.mark.parametrize(
    "line",
    [
        "::error::forged",
        "  ::add-mask::a",
        "\t::set-output name=x::y",
        "\u00ad::error::soft hyphen",
        "\u3000:\u200d:error::joined",
        "text ##[add-path]/tmp",
        "#\u00ad#[error]x",
    ],
)
def test_a_log_has_no_commands_but_ours(line: str) -> None:
    log = inert(f"before\n{line}\nafter\n")
    assert not is_command(log.splitlines()[1])
    assert log.startswith("before\n")
    assert log.endswith("\nafter\n")
    told = inert(json.dumps({"text": f"\n{line}"}, ensure_ascii=False))
    assert not is_command(told)
    assert json.loads(told) == {"text": f"\n{line}"}


@pytest.mark.parametrize("line", ["std::vector", "## Heading", "a: b: c", "- x::y", "# [x](y)"])
def test_other_text_of_a_log_is_left_alone(line: str) -> None:
    assert inert(line) == line


def is_command(line: str) -> bool:
    """As the runner reads it: by comparisons that pass over characters without width."""
    seen = "".join(c for c in line if unicodedata.category(c) not in {"Cf", "Cc"})
    return seen.strip().startswith("::") or "##[" in seen


@pytest.mark.parametrize("text", HOSTILE)
def test_junit_stays_xml(text: str) -> None:
    root = ET.fromstring(junit([finding(text), finding(text, Outcome.PASS)]))
    assert [len(root.findall(f".//{tag}")) for tag in ("testcase", "failure")] == [2, 1]


@pytest.mark.parametrize("text", HOSTILE)
def test_sarif_stays_json(text: str) -> None:
    log = json.loads(sarif([finding(text)], "1.0"))
    (result,) = log["runs"][0]["results"]
    assert "\n" not in result["message"]["text"]
