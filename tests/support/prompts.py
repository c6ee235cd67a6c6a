"""Prompts to compare: made by hypothesis, and written as files of each form that can hold them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from lensops.prompts import Message, Prompt, ResponseFormat, Tool, ToolCall
from lensops.prompts.template import Template

WORDS = st.text(st.sampled_from("ab{}\\% \n"), min_size=1, max_size=5).filter(str.strip)
NAMES = st.sampled_from(["a", "b"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from([0.5, "a", ""]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=2)


@st.composite
def contents(draw: st.DrawFn) -> str:
    """The text of a message, with variables, in its one spelling."""
    parts = [draw(WORDS)]
    for name in draw(st.lists(NAMES, max_size=2)):
        parts += [name, draw(st.sampled_from(["", "b", " {"]))]
    return str(Template(tuple(parts))).removesuffix("\n")


texts = contents().filter(str.strip)
plain = st.builds(
    Message, st.sampled_from(["system", "user", "assistant"]), texts, st.none() | NAMES
)
calls = st.builds(ToolCall, NAMES, NAMES, OBJECTS)
calling = st.builds(
    lambda text, made: Message("assistant", text, None, tuple(made)),
    st.just("") | texts,
    st.lists(calls, min_size=1, max_size=2),
)
results = st.builds(lambda text, call: Message("tool", text, tool_call_id=call), texts, NAMES)
tools = st.builds(Tool, NAMES, st.none() | NAMES, st.none() | OBJECTS, st.none() | st.booleans())
formats = st.just(ResponseFormat()) | st.builds(
    ResponseFormat, OBJECTS, st.sampled_from(["output", "a"]), st.none() | st.booleans()
)
parameters = st.dictionaries(
    st.sampled_from(["temperature", "seed"]), st.sampled_from([0, 1, 0.5]), max_size=2
)
prompts = st.builds(
    lambda messages, model, settings, response, declared: Prompt(
        "v1", tuple(messages), model, settings, response, tuple(declared)
    ),
    st.lists(plain | calling | results, min_size=1, max_size=3),
    st.sampled_from([None, "m", "openai:m", "anthropic:m"]),
    parameters,
    st.none() | formats,
    st.lists(tools, max_size=2, unique_by=lambda tool: tool.name),
)


def as_messages(prompt: Prompt) -> bytes:
    """The form with `messages:`, each part as a request has it."""
    content = prompt.content()
    schema = content["response_format"]
    body: dict[str, Any] = {
        "messages": [_message(message) for message in content["messages"]],
        "modelParameters": content["parameters"],
        "tools": content["tools"],
    }
    body |= {"model": prompt.model} if prompt.model else {}
    body |= {"responseFormat": schema} if schema else {}
    return json.dumps(body, ensure_ascii=False).encode()


def as_sections(prompt: Prompt) -> bytes | None:
    """The own sections; None for what they cannot hold: a role twice, names, tool calls."""
    roles = [message.role for message in prompt.messages]
    extra = any(m.name or m.tool_calls or m.role == "tool" for m in prompt.messages)
    if extra or len(set(roles)) < len(roles):
        return None
    response = prompt.response_format
    body: dict[str, Any] = {message.role: message.content for message in prompt.messages}
    body |= {"parameters": dict(prompt.parameters)}
    body |= {"tools": [tool.content()["function"] for tool in prompt.tools]}
    body |= {"model": prompt.model} if prompt.model else {}
    if response is not None and response.schema is None:
        body["response_format"] = "json_object"
    elif response is not None:
        body["output_schema"] = response.content()["json_schema"]
    return json.dumps(body, ensure_ascii=False).encode()


def as_text(prompt: Prompt) -> bytes | None:
    """Plain text; None for all but one user message."""
    (first, *rest) = prompt.messages
    if prompt != Prompt(prompt.version, (Message("user", first.content),)) or rest:
        return None
    return first.content.encode()


FORMS: dict[str, Callable[[Prompt], bytes | None]] = {
    "v1.prompt.yml": as_messages,
    "v1.yaml": as_sections,
    "v1.md": as_text,
}


def _message(parts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in parts.items() if value != ""}
