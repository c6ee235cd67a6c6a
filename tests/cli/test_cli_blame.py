"""`lensops blame`: traces of the real OpenTelemetry SDK, and files that are none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.json.file import FileSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from lensops.client import Prompts
from support import sample
from support.cli import lensops
from support.repo import Repo


@pytest.fixture
def shop(project: Repo) -> Repo:
    """v1, then v2 by pull request 7."""
    for version, message in (("v1", "Use v1"), ("v2", "Use v2 (#7)")):
        project.commit(message, sample.manifest(version))
        assert lensops("apply", "--yes", cwd=project.root).code == 0
    return project


def record(path: Path, *attributes: dict[str, Any]) -> Path:
    """A span for each set of attributes, written by the SDK's own exporter."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(FileSpanExporter(path)))
    tracer = provider.get_tracer("app")
    for given in attributes:
        with tracer.start_as_current_span("chat") as span:
            span.set_attributes(given)
    provider.shutdown()
    return path


def trace_of(shop: Repo, target: str = "staging") -> dict[str, Any]:
    return Prompts.from_directory(shop.root / "live" / target)["offer_copy"].trace()


def blame(shop: Repo, trace: Path, *args: str) -> dict[str, Any]:
    result = lensops("blame", *args, "--trace", trace, "--format", "json", cwd=shop.root)
    assert result.code == 0, result.err
    body: dict[str, Any] = result.json
    assert body["schema"] == "lensops/blame/v1"
    return body


def test_answers_are_counted_by_release(shop: Repo, tmp_path: Path) -> None:
    new = trace_of(shop)
    shop.commit("Use v1", sample.manifest("v1"))
    lensops("apply", "--yes", "--target", "staging", cwd=shop.root)
    old = trace_of(shop)
    trace = record(tmp_path / "spans.json", new, new, new, old, {"http.route": "/offers"})

    body = blame(shop, trace)

    assert (body["spans"], body["answers"], body["without_release"]) == (5, 4, 0)
    first, second = body["releases"]
    assert (first["release"], first["answers"]) == (new["lensops.release"], 3)
    assert first["prompts"] == [{"prompt": "offer_copy", "version": "v2", "answers": 3}]
    assert [(s["target"], s["sequence"]) for s in first["served"]] == [
        ("staging", 2),
        ("production", 2),
    ]
    assert {s["pull_request"] for s in first["served"]} == {7}
    assert [s["sequence"] for s in second["served"]] == [1, 3, 1]
    assert first["early"] == 0
    assert first["first"] <= first["last"]


def test_the_trace_has_the_conventions_names(shop: Repo) -> None:
    trace = trace_of(shop)
    assert trace["gen_ai.prompt.name"] == trace["lensops.prompt"] == "offer_copy"
    assert trace["gen_ai.prompt.version"] == trace["lensops.version"] == "v2"


def test_a_release_that_no_log_served_is_named(shop: Repo, tmp_path: Path) -> None:
    foreign = {**trace_of(shop), "lensops.release": "sha256:" + "d" * 64}
    trace = record(tmp_path / "spans.json", foreign, trace_of(shop))

    body = blame(shop, trace)
    assert sorted(bool(release["served"]) for release in body["releases"]) == [False, True]
    out = lensops("blame", "--trace", trace, cwd=shop.root).out
    assert "1 answer name release dddddddddddd, which no target's log has served" in out
    assert "never served" in out


def test_one_target_alone(shop: Repo, tmp_path: Path) -> None:
    trace = record(tmp_path / "spans.json", trace_of(shop))
    (release,) = blame(shop, trace, "production")["releases"]
    assert [s["target"] for s in release["served"]] == ["production"]


def test_a_prompt_without_a_release(shop: Repo, tmp_path: Path) -> None:
    """Another library that follows the conventions names the prompt alone."""
    named = {"gen_ai.prompt.name": "offer_copy", "gen_ai.prompt.version": "v2"}
    body = blame(shop, record(tmp_path / "spans.json", named))
    assert (body["spans"], body["answers"], body["without_release"]) == (1, 0, 1)


def spans(*attributes: list[Any], start: Any = "1760000000000000000") -> dict[str, Any]:
    rows = [{"startTimeUnixNano": start, "attributes": given} for given in attributes]
    return {"resourceSpans": [{"scopeSpans": [{"spans": rows}]}]}


def attribute(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


RELEASE = [attribute("lensops.release", "sha256:" + "a" * 64)]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(spans(RELEASE)),
        json.dumps([spans(RELEASE)]),
        json.dumps(spans(RELEASE)) + "\n\n" + json.dumps({"resourceMetrics": []}) + "\n",
        json.dumps(spans(RELEASE)).replace("resourceSpans", "resource_spans"),
        json.dumps(spans(RELEASE)).replace("scopeSpans", "instrumentationLibrarySpans"),
    ],
)
def test_forms_of_a_file(shop: Repo, tmp_path: Path, text: str) -> None:
    trace = tmp_path / "spans.json"
    trace.write_text(text)
    body = blame(shop, trace)
    assert [r["answers"] for r in body["releases"]] == [1]


def hostile() -> Iterator[Any]:
    yield {"resourceSpans": None}
    yield {"resourceSpans": [None, 3, {"scopeSpans": [None, {"spans": [None, 4, {}, []]}]}]}
    for rows in (None, 3, [None], [{}], [{"key": 3, "value": 4}], [{"key": "lensops.release"}]):
        yield spans(rows)  # type: ignore[arg-type]
    yield spans([{"key": "lensops.release", "value": {"intValue": "9" * 50}}])
    for start in (None, "x", -1, "9" * 30, 1e30, True, {}):
        yield spans(RELEASE, start=start)


@pytest.mark.parametrize("document", list(hostile()), ids=str)
def test_odd_spans_are_left_out(shop: Repo, tmp_path: Path, document: Any) -> None:
    trace = tmp_path / "spans.json"
    trace.write_text(json.dumps(document))
    blame(shop, trace)


def test_answers_before_their_release_went_live(shop: Repo, tmp_path: Path) -> None:
    release = [attribute("lensops.release", str(trace_of(shop)["lensops.release"]))]
    trace = tmp_path / "spans.json"
    trace.write_text(json.dumps(spans(release, start="1577836800000000000")))
    assert blame(shop, trace)["releases"][0]["early"] == 1
    assert "claim a time before it went live" in (
        lensops("blame", "--trace", trace, cwd=shop.root).out
    )


@pytest.mark.parametrize("text", ["", "not JSON", "{}\n{", "[" * 100_000])
def test_files_that_are_no_trace(shop: Repo, tmp_path: Path, text: str) -> None:
    trace = tmp_path / "spans.json"
    trace.write_text(text)
    result = lensops("blame", "--trace", trace, cwd=shop.root)
    if text:
        assert (result.code, "is no trace" in result.err) == (2, True)
    else:
        assert "0 answers of 0 releases in 0 spans" in result.out


def test_a_file_that_is_not_there(shop: Repo) -> None:
    result = lensops("blame", "--trace", "nowhere.json", cwd=shop.root)
    assert (result.code, "cannot read nowhere.json" in result.err) == (2, True)
