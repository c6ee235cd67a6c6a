"""Findings for machines: hostile text stays within its field."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from lensops.errors import Place
from lensops.evidence import Finding, Outcome
from lensops.render.annotations import commands
from lensops.render.junit import junit
from lensops.render.sarif import sarif

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
    return Finding("threshold", text, outcome, text, 0.1, 0.2, Place("llmops.yaml", 3, 5))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_message_is_one_command(text: str) -> None:
    written = commands([finding(text)])
    (line,) = written.splitlines()
    head, _, message = line[2:].partition("::")
    assert head == "error file=llmops.yaml,line=3,col=5,title=lensops threshold"
    assert "\x1b" not in message


def test_a_file_name_cannot_add_properties() -> None:
    place = Place("a,line=9::b.yaml", 1, 1)
    written = commands([Finding("x", "s", Outcome.FAIL, "m", place=place)])
    assert written == "::error file=a%2Cline=9%3A%3Ab.yaml,line=1,col=1,title=lensops x::s: m\n"


def test_names_are_from_the_root_of_the_repository() -> None:
    assert "file=services/shop/llmops.yaml," in commands([finding("x")], "services/shop")


def test_what_passed_is_no_annotation() -> None:
    assert commands([finding("x", Outcome.PASS)]) == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_junit_stays_xml(text: str) -> None:
    root = ET.fromstring(junit([finding(text), finding(text, Outcome.PASS)]))
    assert [len(root.findall(f".//{tag}")) for tag in ("testcase", "failure")] == [2, 1]


@pytest.mark.parametrize("text", HOSTILE)
def test_sarif_stays_json(text: str) -> None:
    log = json.loads(sarif([finding(text)], "1.0"))
    (result,) = log["runs"][0]["results"]
    assert "\n" not in result["message"]["text"]
