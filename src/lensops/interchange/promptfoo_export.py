"""A configuration of promptfoo: each version is a prompt of the comparison, each case a test."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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

_EQUAL = {"contains": "contains", "not_contains": "not-contains", "equals": "equals"}
_EQUAL |= {"regex": "regex"}
_WORDS = {"min_words": "min", "max_words": "max"}
_PROVIDERS = {"anthropic": "anthropic:messages", "google-cloud": "vertex"}


def to_promptfoo(source: Exported) -> Export:
    """The configuration; the first version's model and settings are the provider's."""
    left_out = list(name_settings(source.suite))
    prompts = [{"label": p.version, "raw": _chat(p, left_out)} for p in source.prompts]
    body: dict[str, Any] = {"description": source.name, "prompts": prompts}
    body["providers"] = [_provider(source, left_out)]
    body |= _default_test(source, left_out)
    body |= _options(source)
    body["tests"] = [_test(case, source, left_out) for case in source.cases]
    return Export(dump_yaml(body), list(dict.fromkeys(left_out)))


def _chat(prompt: Prompt, left_out: list[str]) -> str:
    return json.dumps(message_texts(prompt, left_out, raw=True), ensure_ascii=False, indent=2)


def _provider(source: Exported, left_out: list[str]) -> Any:
    """The id of the provider, with its settings where there are some."""
    first = _settings(source.prompts[0])
    left_out += [
        f"{key} of {prompt.version}: a provider has one for all versions"
        for prompt in source.prompts[1:]
        for key in sorted({*first, *_settings(prompt)})
        if first.get(key) != _settings(prompt).get(key)
    ]
    provider, colon, name = (source.model or "echo").partition(":")
    identity = f"{_PROVIDERS.get(provider, provider)}{colon}{name}"
    config = {key: value for key, value in first.items() if key != "model"}
    return {"id": identity, "config": config} if config else identity


def _settings(prompt: Prompt) -> dict[str, Any]:
    """What of a version is the provider's in promptfoo."""
    content = prompt.content()
    settings = {"model": prompt.model} if prompt.model else {}
    settings |= dict(content["parameters"])
    settings |= {"tools": content["tools"]} if content["tools"] else {}
    formats = content["response_format"]
    return settings | ({"response_format": formats} if formats else {})


def _default_test(source: Exported, left_out: list[str]) -> dict[str, Any]:
    suite = source.suite
    if suite is None:
        return {}
    shared = _assertions(plain_checks(suite.checks), source, left_out)
    for name, text in suite.judge.rubric.items() if suite.judge else ():
        shared.append({"type": "llm-rubric", "metric": name, "value": text})
    body: dict[str, Any] = {"threshold": suite.threshold}
    return {"defaultTest": body | ({"assert": shared} if shared else {})}


def _options(source: Exported) -> dict[str, Any]:
    suite = source.suite
    options = {"repeat": suite.samples} if suite and suite.samples > 1 else {}
    if suite and "concurrency" in suite.limits.model_fields_set:
        options["maxConcurrency"] = suite.limits.concurrency
    return {"evaluateOptions": options} if options else {}


def _test(case: Mapping[str, Any], source: Exported, left_out: list[str]) -> dict[str, Any]:
    checks = _assertions(case.get("checks", ()), source, left_out)
    weights = source.suite.weights if source.suite else {}
    references = case.get("references", ())
    metrics = [kind for kind, name in (("bleu", "bleu"), ("rouge-n", "rouge_1")) if name in weights]
    if references and not metrics:
        left_out.append("references: promptfoo compares by bleu and rouge-n alone")
    checks += [{"type": kind, "value": text} for kind in metrics[:1] for text in references]
    test: dict[str, Any] = {"description": case["id"], "vars": dict(case["inputs"])}
    return test | ({"assert": checks} if checks else {})


def _assertions(
    checks: Iterable[Mapping[str, Any]], source: Exported, left_out: list[str]
) -> list[dict[str, Any]]:
    assertions: list[dict[str, Any]] = []
    for check in checks:
        ((key, value),) = check.items()
        if key in _EQUAL:
            assertions.append({"type": _EQUAL[key], "value": value})
        elif key in _WORDS:
            assertions.append({"type": "word-count", "value": {_WORDS[key]: value}})
        elif key == "valid_json" and value:
            assertions.append({"type": "is-json"})
        elif key == "json_schema" and value in source.schemas:
            assertions.append({"type": "is-json", "value": source.schemas[value]})
        else:
            left_out.append(f"check {key}")
    return assertions
