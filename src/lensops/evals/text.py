"""Text of an output: what metrics and checks read, what a judge reads, and the calls of tools."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lensops.evals.metrics import Flawed, Unscored
from lensops.evals.protocols import Output
from lensops.manifest.suite import ToolCalled
from lensops.prompts.digest import canonical

_FENCE = re.compile(r"```\w*\n(.*?)\n?```", re.DOTALL)


def text_of(output: Output, field: str | None) -> str | Unscored | Flawed:
    """The text that metrics read: the output, or `field` of a structured one.

    A structured output may be an object or its JSON as text. One that lacks the field is flawed: it
    was asked for and is not there.
    """
    if (content := content_of(output)) is not None:
        if not content:
            return Flawed("the output calls tools and has no text")
        output = content
    if field is None:
        if isinstance(output, str):
            return output
        return Unscored("the output is structured; set `text:` to the field that is scored")
    value = json_value(output)
    if value is None and isinstance(output, str):
        fenced = "JSON in a code fence, not JSON" if _is_fenced(output) else "not JSON"
        return Flawed(f"the output is {fenced}, so it has no field {field!r}")
    if not isinstance(value, dict) or field not in value:
        return Flawed(f"the output has no field {field!r}")
    text = value[field]
    if not isinstance(text, str):
        return Flawed(f"the field {field!r} of the output is not text")
    return text


def whole(output: Output) -> str:
    """All of an output as text."""
    if isinstance(output, str):
        return output
    return json.dumps(output, ensure_ascii=False, indent=2, sort_keys=True)


def json_value(output: Output) -> Any:
    """The JSON value of an output. None when it is text that is not JSON."""
    if not isinstance(output, str):
        return output
    try:
        return json.loads(output, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _is_fenced(text: str) -> bool:
    """Whether a text is JSON between the marks of a Markdown code block."""
    match = _FENCE.fullmatch(text.strip())
    return match is not None and json_value(match[1]) is not None


def same_json(first: Any, second: Any) -> bool:
    """Whether two values are the same JSON: `true` is not `1`, and keys may be in any order."""
    if isinstance(first, str) and isinstance(second, str):
        return first == second
    return canonical(first) == canonical(second)


def same_outputs(first: Sequence[Output], second: Sequence[Output]) -> bool:
    """Whether two answers have the same outputs, sample by sample."""
    return len(first) == len(second) and all(map(same_json, first, second))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


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
