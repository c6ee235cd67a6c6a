"""Tool calls of an output: those of an assistant's message, and the check of one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lensops.evals.protocols import Output
from lensops.manifest.checks import ToolCalled


def calls_of(output: Output) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and arguments of each call; arguments that are no JSON object are left out."""
    calls = output.get("tool_calls") if isinstance(output, Mapping) else None
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function", call) if isinstance(call, Mapping) else {}
        name = function.get("name") if isinstance(function, Mapping) else None
        if isinstance(name, str):
            yield name, _arguments(function.get("arguments"))


def content_of(output: Output) -> str | None:
    """The text of a message with tool calls; None for what is no such message."""
    if not isinstance(output, Mapping) or not isinstance(output.get("tool_calls"), list):
        return None
    content = output.get("content")
    return content if isinstance(content, str) else ""


def tool_fault(expected: ToolCalled, output: Output) -> str | None:
    """Why no call of an output is the expected one, or None. Other arguments may be there."""
    calls = list(calls_of(output))
    matching = [arguments for name, arguments in calls if name == expected.name]
    if not matching:
        called = ", ".join(dict.fromkeys(name for name, _ in calls)) or "no tool"
        return f"{expected.name} was not called, but {called}"
    faults = [_argument_fault(expected, arguments) for arguments in matching]
    return None if None in faults else faults[0]


def message_output(messages: list[dict[str, Any]]) -> Output | None:
    """The output of a conversation: its last message, as text where it makes no calls.

    None where it has neither text nor calls: the generation failed, or was refused. Raises
    `ValueError` when that is no message of the assistant.
    """
    last = messages[-1] if messages else {}
    if last.get("role") != "assistant":
        raise ValueError("the last message must be of role assistant")
    if last.get("tool_calls"):
        return {"content": last.get("content"), "tool_calls": last["tool_calls"]}
    content = last.get("content")
    if content is None or isinstance(content, str):
        return content
    raise ValueError("the content of the last message must be text or null")


def _argument_fault(expected: ToolCalled, arguments: Mapping[str, Any]) -> str | None:
    for key, value in expected.arguments.items():
        if key not in arguments:
            return f"{expected.name} was called without {key!r}"
        if not _same_json(arguments[key], value):
            written = json.dumps(arguments[key], ensure_ascii=False)
            return f"{expected.name} was called with {key}={written}"
    return None


def _same_json(first: Any, second: Any) -> bool:
    return json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)


def _arguments(value: Any) -> Mapping[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, Mapping) else {}
