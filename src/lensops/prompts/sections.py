"""The parts of a version that a review goes through, as texts: equal texts, equal request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from lensops.prompts.value import Message, Prompt


class Section(NamedTuple):
    """One reviewable part of a version, as text."""

    name: str
    text: str


def prompt_sections(prompt: Prompt) -> tuple[Section, ...]:
    """Messages by role, and what goes with them. Texts by name say all but the messages' order."""
    sections: list[Section] = []
    for name, message in zip(message_names(prompt), prompt.messages, strict=True):
        sections += _message_sections(name, message)
    if prompt.model is not None:
        sections.append(Section("model", prompt.model))
    if prompt.parameters:
        sections.append(Section("parameters", _json(prompt.parameters)))
    if prompt.tools:
        sections.append(Section("tools", _json([tool.content() for tool in prompt.tools])))
    return (*sections, *_format_sections(prompt))


def message_names(prompt: Prompt) -> tuple[str, ...]:
    """The sections' names of the messages in their order; a role that occurs again is numbered."""
    counts: dict[str, int] = {}
    names = []
    for message in prompt.messages:
        counts[message.role] = counts.get(message.role, 0) + 1
        number = f" {counts[message.role]}" if counts[message.role] > 1 else ""
        names.append(message.role + number)
    return tuple(names)


def _message_sections(name: str, message: Message) -> Iterator[Section]:
    yield Section(name, message.content)
    if message.name is not None:
        yield Section(f"{name} name", message.name)
    if message.tool_calls:
        yield Section(f"{name} tool calls", _json([call.content() for call in message.tool_calls]))
    if message.tool_call_id is not None:
        yield Section(f"{name} tool call id", message.tool_call_id)


def _format_sections(prompt: Prompt) -> Iterator[Section]:
    response = prompt.response_format
    if response is None:
        return
    if response.schema is None:
        yield Section("response format", "json_object")
        return
    yield Section("output schema", _json(response.schema))
    if response.name != "output" or response.strict is not None:
        yield Section("response format", _json({"name": response.name, "strict": response.strict}))


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
