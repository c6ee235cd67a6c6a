"""Findings as SARIF 2.1.0, which code scanning shows on the lines that they are about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from lensops.evidence import Finding, Outcome
from lensops.render.escape import one_line

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
