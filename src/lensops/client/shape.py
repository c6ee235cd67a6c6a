"""The form of a release: what must be true of it so that no read can fail later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lensops.client.errors import Unreadable

MAX_DEPTH = 100  # of lists and mappings in one another
MAX_JUMP = 100_000_000  # records between two that are served; more is no loss but a fake


def check_shape(body: Mapping[str, Any]) -> None:
    """Raise `Unreadable` unless every part that an application can ask for has its type."""
    if depth(body) > MAX_DEPTH:
        raise Unreadable("it is nested too deeply")
    _check(isinstance(body["project"], str), "its project is not a text")
    _check(isinstance(body["prompts"], dict), "its prompts are not a mapping")
    for name, prompt in body["prompts"].items():
        _check(isinstance(prompt, dict), f"prompt {name!r} is not a mapping")
        _check_prompt(name, prompt)


def read_sequence(body: Mapping[str, Any]) -> int | None:
    """The number in the target's log; None where there is none. Raises `Unreadable`."""
    sequence = body.get("sequence")
    if sequence is None:
        return None
    if type(sequence) is not int or sequence < 1:
        raise Unreadable(f"its sequence is {sequence!r:.40}, and no number of a log")
    return sequence


def depth(value: Any) -> int:
    """How deep lists and mappings lie in one another, counted to `MAX_DEPTH` and one more."""
    level, count = [value], 0
    while level and count <= MAX_DEPTH:
        count += 1
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
    return count


def _check_prompt(name: str, prompt: Mapping[str, Any]) -> None:
    whose = f"of prompt {name!r} "
    _check(isinstance(prompt["version"], str), f"the version {whose}is not a text")
    _check(isinstance(prompt["model"], str | None), f"the model {whose}is not a text")
    _check(isinstance(prompt["parameters"], dict), f"the parameters {whose}are not a mapping")
    if "output_schema" in prompt:  # as 0.1 wrote it
        schema = prompt["output_schema"]
        _check(isinstance(schema, dict | None), f"the output schema {whose}is not a mapping")
    else:
        _check_request_parts(prompt, whose)
    _check(isinstance(prompt["messages"], list), f"the messages {whose}are not a list")
    for message in prompt["messages"]:
        texts = (message["role"], message["content"]) if isinstance(message, dict) else (None,)
        has_texts = all(isinstance(text, str) for text in texts)
        _check(has_texts, f"a message {whose}has no role and content")


def _check_request_parts(prompt: Mapping[str, Any], whose: str) -> None:
    """Tools, response format and variables, which 0.1 did not have."""
    _check(isinstance(prompt["tools"], list), f"the tools {whose}are not a list")
    response = prompt["response_format"]
    _check(isinstance(response, dict | None), f"the response format {whose}is not a mapping")
    schema = (response or {}).get("json_schema", {})
    _check(isinstance(schema, dict), f"the schema {whose}is not a mapping")
    _check(isinstance(schema.get("schema", {}), dict), f"the schema {whose}is not a mapping")
    variables = prompt["variables"]
    _check(isinstance(variables, dict), f"the variables {whose}are not a mapping")
    for name, variable in variables.items():
        is_known = isinstance(variable, dict) and isinstance(variable.get("type"), str | None)
        _check(is_known, f"the variable {name!r} {whose}has no known form")


def _check(holds: bool, problem: str) -> None:
    if not holds:
        raise Unreadable(problem)
