"""The evidence file: a verdict as JSON, bound to digests, and read back strictly."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from lensops.errors import UserError
from lensops.evidence.border import EvidenceFile, StatementFile
from lensops.evidence.finding import Finding
from lensops.evidence.value import Base, Conditions, Reading, Verdict
from lensops.files import read_regular, write_atomic
from lensops.prompts import digest
from lensops.prompts.digest import PREFIX

SCHEMA: Final = "lensops/verdict/v1"
STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "urn:lensops:verdict:v1"
MAX_BYTES = 50_000_000
_HINT = "write it with `lensops gate --base REF --evidence FILE`"


def body(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON values; a figure that is no number is null."""
    return {
        "verdict": str(verdict.outcome),
        "digests": dict(verdict.digests),
        "findings": [_finding(finding) for finding in verdict.findings],
        "readings": [_reading(reading) for reading in verdict.readings],
        "base": verdict.base._asdict() if verdict.base else None,
        "conditions": _conditions(verdict.conditions),
    }


def digest_of(verdict: Verdict) -> str:
    """The digest by which a record in a target's log names the evidence."""
    return digest("verdict", body(verdict))


def write_evidence(path: Path, verdict: Verdict, *, as_statement: bool = False) -> None:
    """Write the evidence file, or an in-toto Statement of it. Raises `UserError` when it cannot."""
    whole = {"schema": SCHEMA, **body(verdict)}
    if as_statement:
        whole = statement(whole, verdict.digests.get("release", ""))
    text = json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_atomic(path, (text + "\n").encode(errors="replace"))  # a lone surrogate is no UTF-8


def statement(predicate: dict[str, Any], release: str) -> dict[str, Any]:
    """An in-toto Statement about a release, whose predicate is the verdict on it."""
    subject = {"name": "release", "digest": {"sha256": release.removeprefix(PREFIX)}}
    return {
        "_type": STATEMENT,
        "subject": [subject],
        "predicateType": PREDICATE_TYPE,
        "predicate": predicate,
    }


def read_evidence(path: Path) -> Verdict:
    """The verdict of an evidence file, or of an in-toto Statement of one.

    Raises `UserError` when there is none, when it has another shape, or when the verdict that it
    states is not the one that its findings make.
    """
    return parse(read_bytes(path), path.name)


def read_bytes(path: Path) -> bytes:
    """The bytes of an evidence file. Raises `UserError`."""
    try:
        data = read_regular(path, MAX_BYTES)
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise UserError(f"cannot read the evidence {path.name}: {reason}", _HINT) from None
    if len(data) > MAX_BYTES:
        raise UserError(f"{path.name} is larger than {MAX_BYTES:,} bytes", _HINT)
    return data


def parse(data: bytes, name: str) -> Verdict:
    """The verdict in the bytes of an evidence file. Raises `UserError` as `read_evidence` does."""
    file = _parse_file(data, name)
    findings = tuple(finding.value_of() for finding in file.findings)
    readings = tuple(reading.value_of() for reading in file.readings)
    base = Base(**file.base.model_dump()) if file.base else None
    verdict = Verdict(findings, file.digests, readings, base, file.conditions.value_of())
    if str(verdict.outcome) != file.verdict:
        message = f"{name} states {file.verdict}, but its findings make {verdict.outcome}"
        raise UserError(message, "the file was edited: run the gate again")
    return verdict


def _parse_file(data: bytes, name: str) -> EvidenceFile:
    try:
        if b'"predicateType"' not in data:
            return EvidenceFile.model_validate_json(data)
        return _predicate(StatementFile.model_validate_json(data), name)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "the file"
        raise UserError(
            f"{name} is no evidence of a gate: {where}: {first['msg']}", _HINT
        ) from None


def _predicate(file: StatementFile, name: str) -> EvidenceFile:
    release = file.predicate.digests.get("release")
    if [PREFIX + subject.digest.sha256 for subject in file.subject] != [release]:
        raise UserError(f"{name} is a statement about another release than its verdict", _HINT)
    return file.predicate


def _finding(finding: Finding) -> dict[str, Any]:
    values = finding._asdict()
    location = values.pop("location")
    values["place"] = location._asdict() if location else None
    del values["keys"]
    return {
        **values,
        "outcome": str(finding.outcome),
        "value": _number(finding.value),
        "limit": _number(finding.limit),
    }


def _reading(reading: Reading) -> dict[str, Any]:
    interval = reading.interval
    is_finite = interval is not None and all(math.isfinite(limit) for limit in interval)
    return {
        **reading._asdict(),
        "value": _number(reading.value),
        "interval": list(interval) if interval is not None and is_finite else None,
    }


def _conditions(conditions: Conditions) -> dict[str, Any]:
    judges, generators = (
        {name: list(models) for name, models in by_eval.items()}
        for by_eval in (conditions.judges, conditions.generators)
    )
    return {
        "tool": conditions.tool,
        "options": dict(conditions.options),
        "judges": judges,
        "generators": generators,
        "fingerprints": dict(conditions.fingerprints),
    }


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
