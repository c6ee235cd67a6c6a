"""Findings as JUnit XML, which every CI shows: a test case for each finding."""

from __future__ import annotations

from collections.abc import Sequence
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
