"""Prompts, cases and checks in the files of other tools: promptfoo and GitHub Models."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lensops.manifest import Suite
from lensops.manifest.dump import dump_yaml
from lensops.prompts import Prompt
from lensops.prompts.template import Template

_RENAMED = {"not_contains": "not-contains"}
_EQUAL = ("contains", "not_contains", "equals", "regex")
_STRING = {"contains": "contains", "equals": "equals"}


@dataclass(frozen=True, slots=True)
class Exported:
    """A prompt with its eval: cases as `id`, `inputs`, `references` and `checks`."""

    name: str
    prompts: Sequence[Prompt]
    suite: Suite | None = None
    cases: Sequence[Mapping[str, Any]] = ()
    schemas: Mapping[str, Any] = field(default_factory=dict)  # by path


@dataclass(slots=True)
class Export:
    """A file of another tool, and what of the project has no place in it."""

    text: str
    left_out: list[str]


def to_promptfoo(source: Exported) -> Export:
    """A configuration: each version is a prompt of the comparison, each case a test."""
    left_out: list[str] = []
    prompts = [
        {"label": prompt.version, "raw": _chat(prompt, left_out)} for prompt in source.prompts
    ]
    body: dict[str, Any] = {"description": source.name, "prompts": prompts}
    body["providers"] = [_provider(source)]
    suite = source.suite
    shared = _assertions(_plain(suite.checks), source, left_out) if suite else []
    if suite and suite.judge:
        rubric = suite.judge.rubric.items()
        shared += [{"type": "llm-rubric", "metric": name, "value": t} for name, t in rubric]
    if shared:
        body["defaultTest"] = {"assert": shared}
    body["tests"] = [_test(case, source, left_out) for case in source.cases]
    return Export(dump_yaml(body), list(dict.fromkeys(left_out)))


def to_prompt_yml(source: Exported) -> Export:
    """A file of GitHub Models: the first prompt, cases as `testData`, checks as `evaluators`."""
    prompt, left_out = source.prompts[0], list[str]()
    messages = [{"role": m.role, "content": _text(m.template, left_out)} for m in prompt.messages]
    body: dict[str, Any] = {"name": source.name}
    model = (source.suite.model if source.suite else None) or prompt.model
    body |= {"model": model.replace(":", "/", 1)} if model else {}
    body |= {"modelParameters": dict(prompt.parameters)} if prompt.parameters else {}
    body["messages"] = messages
    if prompt.response_format is not None:
        content = prompt.response_format.content()
        body["responseFormat"] = content["type"]
        if "json_schema" in content:
            body["jsonSchema"] = json.dumps(content["json_schema"], ensure_ascii=False)
    data = []
    for case in source.cases:
        references = case.get("references") or ()
        expected = {"expected": references[0]} if references else {}
        data.append({**case["inputs"], **expected})
        left_out += [f"checks of case {case['id']}"] if case.get("checks") else []
        left_out += [f"further references of case {case['id']}"] if len(references) > 1 else []
    body |= {"testData": data} if data else {}
    checks = _plain(source.suite.checks) if source.suite else []
    evaluators = [
        {"name": key, "string": {_STRING[key]: value}}
        for check in checks
        for key, value in check.items()
        if key in _STRING and isinstance(value, str)
    ]
    left_out += [f"check {key}" for check in checks for key in check if key not in _STRING]
    body |= {"evaluators": evaluators} if evaluators else {}
    return Export(dump_yaml(body), list(dict.fromkeys(left_out)))


def _plain(checks: Iterable[Any]) -> list[dict[str, Any]]:
    return [{check.kind: check.argument} for check in checks]


def _provider(source: Exported) -> Any:
    prompt = source.prompts[0]
    model = (source.suite.model if source.suite else None) or prompt.model or "echo"
    return {"id": model, "config": dict(prompt.parameters)} if prompt.parameters else model


def _chat(prompt: Prompt, left_out: list[str]) -> str:
    left_out += [f"tools of {prompt.version}"] if prompt.tools else []
    left_out += [f"response format of {prompt.version}"] if prompt.response_format else []
    messages = [
        {"role": m.role, "content": _text(m.template, left_out, raw=True)} for m in prompt.messages
    ]
    return json.dumps(messages, ensure_ascii=False, indent=2)


def _text(template: Template, left_out: list[str], *, raw: bool = False) -> str:
    """The text with variables; literal braces as a raw block where the tool knows those."""
    parts = []
    for index, part in enumerate(template.parts):
        if index % 2:
            parts.append("{{" + part + "}}")
        elif "{{" in part or "{%" in part:
            parts.append(f"{{% raw %}}{part}{{% endraw %}}" if raw else part)
            left_out += [] if raw else ["literal braces: the file has no escape for them"]
        else:
            parts.append(part)
    return "".join(parts)


def _test(case: Mapping[str, Any], source: Exported, left_out: list[str]) -> dict[str, Any]:
    checks = _assertions(case.get("checks", ()), source, left_out)
    weights = source.suite.weights if source.suite else {}
    if weights.get("bleu"):
        checks += [{"type": "bleu", "value": text} for text in case.get("references", ())]
    test: dict[str, Any] = {"description": case["id"], "vars": dict(case["inputs"])}
    return test | ({"assert": checks} if checks else {})


def _assertions(
    checks: Iterable[Mapping[str, Any]], source: Exported, left_out: list[str]
) -> list[dict[str, Any]]:
    assertions: list[dict[str, Any]] = []
    for check in checks:
        for key, value in check.items():
            if key in _EQUAL:
                assertions.append({"type": _RENAMED.get(key, key), "value": value})
            elif key == "valid_json" and value:
                assertions.append({"type": "is-json"})
            elif key == "json_schema" and value in source.schemas:
                assertions.append({"type": "is-json", "value": source.schemas[value]})
            else:
                left_out.append(f"check {key}")
    return assertions
