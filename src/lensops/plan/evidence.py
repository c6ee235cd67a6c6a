"""Whether a file of evidence lets a release go: a passed gate, on exactly this release."""

from __future__ import annotations

import json
from typing import Any

from lensops.errors import Refused, UserError
from lensops.prompts import digest

SCHEMA = "lensops/verdict/v1"


def accepted(text: bytes, release: str) -> str:
    """The digest of evidence of a passed gate on a release, given that release's digest.

    Raises `UserError` when the text is no evidence, and `Refused` when its verdict is another or
    it is of another release. Evidence that is unreadable never counts as a pass.
    """
    body = _verdict(text)
    digests = body.get("digests")
    found = digests.get("release") if isinstance(digests, dict) else None
    if found != release:
        of = f"release {found}" if isinstance(found, str) else "no release"
        raise Refused(f"the evidence is of {of}, not of {release}", "run `lensops gate` again")
    if body.get("verdict") != "pass":
        failed = _first_failed(body)
        words = f"the gate's verdict is {body.get('verdict')!r}, not 'pass'"
        raise Refused(words + (f": {failed}" if failed else ""))
    return digest("evidence", body)


def _verdict(text: bytes) -> dict[str, Any]:
    hint = "evidence is what `lensops gate --evidence FILE` writes"
    try:
        body = json.loads(text)
    except ValueError:
        raise UserError("the evidence is not JSON", hint) from None
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        raise UserError(f"the evidence has not the schema {SCHEMA}", hint)
    return body


def _first_failed(body: dict[str, Any]) -> str | None:
    findings = body.get("findings")
    for finding in findings if isinstance(findings, list) else []:
        if isinstance(finding, dict) and finding.get("outcome") in ("fail", "inconclusive"):
            return str(finding.get("message"))
    return None
