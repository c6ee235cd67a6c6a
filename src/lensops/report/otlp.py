"""An eval as OpenTelemetry events: `gen_ai.evaluation.result` records of OTLP JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lensops.evals.result import CaseScore, EvalRun, SuiteResult

EVENT = "gen_ai.evaluation.result"
MEAN = "mean_score"


def otlp_text(run: EvalRun, time: str, release: str | None, version: str) -> str:
    """The document that a collector or a backend takes in at `/v1/logs`.

    `time` is ISO 8601 in UTC, `release` the digest that was scored, `version` that of lensops.
    """
    records = [record for result in run.results for record in _suite(result, time, release)]
    scope = {"scope": {"name": "lensops", "version": version}, "logRecords": records}
    resource = {"attributes": _attributes({"service.name": "lensops"})}
    document = {"resourceLogs": [{"resource": resource, "scopeLogs": [scope]}]}
    return json.dumps(document, ensure_ascii=False) + "\n"


def _suite(result: SuiteResult, time: str, release: str | None) -> Iterator[dict[str, Any]]:
    """An event for the mean of a suite, and one for each metric of each case."""
    common = {
        "gen_ai.prompt.name": result.prompt,
        "gen_ai.prompt.version": result.version,
        "lensops.eval": result.name,
        "lensops.release": release,
    }
    for case in result.cases or result.worst:
        for name, score in case.scores.items():
            yield _event(time, {**common, **_case(case, name, score)})
    yield _event(
        time,
        {
            **common,
            "gen_ai.evaluation.name": MEAN,
            "gen_ai.evaluation.score.value": result.mean,
            "gen_ai.evaluation.score.label": str(result.outcome),
            "gen_ai.evaluation.explanation": "; ".join(result.reasons) or None,
            "lensops.threshold": result.threshold,
            "lensops.cases": result.n,
        },
    )


def _case(case: CaseScore, name: str, score: float | None) -> dict[str, Any]:
    """What is told of one metric at one case; without a figure, why there is none."""
    checks = all(check.passed for check in case.checks) if case.checks else None
    return {
        "gen_ai.evaluation.name": name,
        "gen_ai.evaluation.score.value": score,
        "gen_ai.evaluation.score.label": {True: "pass", False: "fail", None: None}[checks],
        "gen_ai.evaluation.explanation": case.reasons.get(name),
        "error.type": None if score is not None else "missing" if case.missing else "unscored",
        "lensops.case": case.id,
        "lensops.group": case.group,
        "lensops.score": case.aggregate,
    }


def _event(time: str, attributes: dict[str, Any]) -> dict[str, Any]:
    nanoseconds = str(int(datetime.fromisoformat(time).timestamp()) * 1_000_000_000)
    return {
        "timeUnixNano": nanoseconds,
        "observedTimeUnixNano": nanoseconds,
        "severityNumber": 9,  # INFO
        "eventName": EVENT,
        "attributes": _attributes(attributes),
    }


def _attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Attributes in the JSON of protobuf; None is left out."""
    return [
        {"key": key, "value": _value(value)} for key, value in values.items() if value is not None
    ]


def _value(value: str | float) -> dict[str, Any]:
    if isinstance(value, str):
        return {"stringValue": value}
    return {"intValue": str(value)} if isinstance(value, int) else {"doubleValue": value}
