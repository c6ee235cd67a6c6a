"""`lensops eval --format otlp`: events that OpenTelemetry's own decoder reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto_json.logs.v1.logs import LogsData
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as names

from support.cli import lensops


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    assert lensops("init", cwd=tmp_path).code == 0
    return tmp_path


def events(text: str) -> list[dict[str, Any]]:
    """The attributes of each event, decoded by the package that the SDK's exporters use."""
    data = LogsData.from_dict(json.loads(text))
    records = data.resource_logs[0].scope_logs[0].log_records
    assert {record.event_name for record in records} == {"gen_ai.evaluation.result"}
    assert all(record.time_unix_nano for record in records)
    return [{a.key: plain(a.value) for a in record.attributes} for record in records]


def plain(value: Any) -> Any:
    found = (value.string_value, value.int_value, value.double_value)
    return next(v for v in found if v is not None)


def test_an_event_for_each_metric_of_each_case_and_one_for_the_mean(sample: Path) -> None:
    result = lensops("eval", "--replay", "--format", "otlp", cwd=sample)
    report = lensops("eval", "--replay", "--format", "json", cwd=sample).json

    assert result.code == 0, result.err
    suite = report["evals"][0]
    *cases, mean = events(result.out)
    assert len(cases) == sum(len(case["scores"]) for case in suite["cases"])
    assert mean[names.GEN_AI_EVALUATION_NAME] == "mean_score"
    assert mean[names.GEN_AI_EVALUATION_SCORE_VALUE] == pytest.approx(suite["mean_score"])
    assert mean[names.GEN_AI_EVALUATION_SCORE_LABEL] == "pass"
    assert mean["lensops.release"] == report["release"]
    for event in (*cases, mean):
        assert event[names.GEN_AI_PROMPT_NAME] == suite["prompt"]
        assert event["gen_ai.prompt.version"] == suite["version"]
    scores = {
        (event["lensops.case"], event[names.GEN_AI_EVALUATION_NAME]): event.get(
            names.GEN_AI_EVALUATION_SCORE_VALUE
        )
        for event in cases
    }
    for case in suite["cases"]:
        for metric, score in case["scores"].items():
            assert scores[case["id"], metric] == pytest.approx(score)


def test_a_case_without_an_output_has_no_figure(sample: Path) -> None:
    outputs = sample / "out.jsonl"
    cases_file = next(sample.glob("evals/*/cases.jsonl"))
    first = json.loads(cases_file.read_text().splitlines()[0])["id"]
    output = {"headline": "h", "body": "b", "cta": "c"}
    outputs.write_text(json.dumps({"id": first, "output": output}) + "\n")
    result = lensops("eval", "--outputs", outputs, "--format", "otlp", cwd=sample)

    assert result.code == 3, result.err
    *cases, mean = events(result.out)
    missing = [event for event in cases if event["lensops.case"] != first]
    assert {event["error.type"] for event in missing} == {"missing"}
    assert not any(names.GEN_AI_EVALUATION_SCORE_VALUE in event for event in missing)
    assert mean[names.GEN_AI_EVALUATION_SCORE_LABEL] == "inconclusive"
    assert mean[names.GEN_AI_EVALUATION_EXPLANATION]


def test_the_file_has_what_is_printed(sample: Path) -> None:
    args = ("eval", "--replay", "--format", "otlp", "--output", sample / "events.json")
    result = lensops(*args, cwd=sample)
    assert (sample / "events.json").read_text() == result.out


def test_an_explanation_has_no_events(sample: Path) -> None:
    result = lensops("eval", "--explain", "x", "--format", "otlp", cwd=sample)
    assert result.code == 2
