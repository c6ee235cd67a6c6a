"""A file of GitHub Models: one version, cases as `testData`, checks as `evaluators`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lensops.interchange.exports import (
    Export,
    Exported,
    message_texts,
    name_settings,
    plain_checks,
)
from lensops.manifest.insert import dump_yaml
from lensops.prompts import Prompt

_STRING = {"contains": "contains", "equals": "equals"}


def to_prompt_yml(source: Exported) -> Export:
    """The file of the first prompt."""
    prompt, left_out = source.prompts[0], list(name_settings(source.suite))
    body: dict[str, Any] = {"name": source.name}
    body |= {"model": source.model.replace(":", "/", 1)} if source.model else {}
    body |= {"modelParameters": dict(prompt.parameters)} if prompt.parameters else {}
    body["messages"] = message_texts(prompt, left_out)
    body |= _response_format(prompt)
    left_out += ["tools: GitHub Models has none"] if prompt.tools else []
    data = [_row(case, left_out) for case in source.cases]
    body |= {"testData": data} if data else {}
    evaluators = _evaluators(source, left_out)
    body |= {"evaluators": evaluators} if evaluators else {}
    return Export(dump_yaml(body), list(dict.fromkeys(left_out)))


def _response_format(prompt: Prompt) -> dict[str, Any]:
    if prompt.response_format is None:
        return {}
    content = prompt.response_format.content()
    schema = content.get("json_schema")
    text = {} if schema is None else {"jsonSchema": json.dumps(schema, ensure_ascii=False)}
    return {"responseFormat": content["type"], **text}


def _row(case: Mapping[str, Any], left_out: list[str]) -> dict[str, Any]:
    references = case.get("references") or ()
    left_out += [f"checks of case {case['id']}"] if case.get("checks") else []
    left_out += [f"further references of case {case['id']}"] if len(references) > 1 else []
    return {**case["inputs"], **({"expected": references[0]} if references else {})}


def _evaluators(source: Exported, left_out: list[str]) -> list[dict[str, Any]]:
    """Checks as comparisons of strings; a rubric's dimensions as graders of a model."""
    suite = source.suite
    if suite is None:
        return []
    evaluators: list[dict[str, Any]] = []
    for check in plain_checks(suite.checks):
        ((key, value),) = check.items()
        if key in _STRING and isinstance(value, str):
            evaluators.append({"name": key, "string": {_STRING[key]: value}})
        else:
            left_out.append(f"check {key}")
    left_out += ["threshold of the eval"]
    left_out += [f"rubric {name}" for name in (suite.judge.rubric if suite.judge else ())]
    return evaluators
