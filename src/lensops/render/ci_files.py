"""Findings in files that CI services read: JUnit XML for every CI, SARIF for code scanning."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lensops.evidence import Finding, Outcome
from lensops.render.escape import one_line

_TAGS = {Outcome.FAIL: "failure", Outcome.INCONCLUSIVE: "error"}


def junit(findings: Sequence[Finding], name: str = "lensops gate") -> bytes:
    """A test suite. A failed finding is a failure, an inconclusive one an error."""
    outcomes = [finding.outcome for finding in findings]
    counts = {
        "tests": len(findings),
        "failures": outcomes.count(Outcome.FAIL),
        "errors": outcomes.count(Outcome.INCONCLUSIVE),
    }
    attributes = {"name": name, **{key: str(count) for key, count in counts.items()}}
    root = Element("testsuites", attributes)
    suite = SubElement(root, "testsuite", attributes)
    for finding in findings:
        _case(suite, finding)
    indent(root)
    text: str = tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _case(suite: Element, finding: Finding) -> None:
    case = SubElement(suite, "testcase")
    case.set("classname", f"lensops.{finding.rule}")
    case.set("name", one_line(finding.subject))
    if finding.location is not None:
        case.set("file", one_line(finding.location.path))
        if finding.location.line is not None:
            case.set("line", str(finding.location.line))
    message = one_line(finding.message)
    where = f"{one_line(str(finding.location))}: " if finding.location else ""
    if tag := _TAGS.get(finding.outcome):
        node = SubElement(case, tag, {"message": message, "type": finding.rule})
        node.text = where + message
    else:
        SubElement(case, "system-out").text = message


_LEVELS = {Outcome.FAIL: "error", Outcome.INCONCLUSIVE: "warning", Outcome.NOTE: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(findings: Sequence[Finding], version: str) -> str:
    """One run; what passed is left out. `version` is the tool's."""
    reported = [finding for finding in findings if finding.outcome in _LEVELS]
    rules = sorted({finding.rule for finding in reported})
    driver = {
        "name": "lensops",
        "version": version,
        "rules": [
            {"id": rule, "shortDescription": {"text": rule.replace("_", " ")}} for rule in rules
        ],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, rules.index(finding.rule)) for finding in reported],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(finding: Finding, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.outcome],
        "message": {"text": one_line(f"{finding.subject}: {finding.message}")},
    }
    if (location := finding.location) is not None:
        uri = quote(location.path, errors="backslashreplace")  # a name need not be UTF-8
        physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
        if location.line is not None:
            physical["region"] = {"startLine": location.line, "startColumn": location.column or 1}
        result["locations"] = [{"physicalLocation": physical}]
    return result
