"""A prompt version as one value, whatever form its file has."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lensops.prompts.digest import digest

VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its role (system, user, …) and its text with `{{ name }}` variables."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Section:
    """One reviewable part of a version, as text."""

    name: str
    text: str


@dataclass(frozen=True)
class Prompt:
    """What a version says to a model. Equal digests mean: a model is asked the same."""

    version: str
    messages: tuple[Message, ...]
    model: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    output_schema: Mapping[str, Any] | None = None

    @cached_property
    def digest(self) -> str:
        """Over messages, model, parameters and output schema; not over the version's name."""
        return digest("prompt", self.content())

    def content(self) -> dict[str, Any]:
        """What the digest covers, as JSON values."""
        return {
            "messages": [{"role": m.role, "content": m.content} for m in self.messages],
            "model": self.model,
            "parameters": dict(self.parameters),
            "output_schema": None if self.output_schema is None else dict(self.output_schema),
        }

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The names in `{{ name }}`, sorted."""
        found = {name for m in self.messages for name in VARIABLE.findall(m.content)}
        return tuple(sorted(found))

    def sections(self) -> tuple[Section, ...]:
        """The parts that a review goes through; a role that occurs again is numbered."""
        sections: list[Section] = []
        seen: dict[str, int] = {}
        for message in self.messages:
            seen[message.role] = seen.get(message.role, 0) + 1
            number = f" {seen[message.role]}" if seen[message.role] > 1 else ""
            sections.append(Section(message.role + number, message.content))
        if self.model is not None:
            sections.append(Section("model", self.model))
        if self.parameters:
            sections.append(Section("parameters", _json(self.parameters)))
        if self.output_schema is not None:
            sections.append(Section("output schema", _json(self.output_schema)))
        return tuple(sections)

    def render(self, inputs: Mapping[str, Any]) -> tuple[Message, ...]:
        """The messages with their variables filled in. Raises `KeyError` with the missing name."""

        def fill(match: re.Match[str]) -> str:
            return str(inputs[match[1]])

        return tuple(Message(m.role, VARIABLE.sub(fill, m.content)) for m in self.messages)


def from_content(version: str, content: Mapping[str, Any]) -> Prompt:
    """The prompt of what `Prompt.content` gave."""
    return Prompt(
        version,
        tuple(Message(m["role"], m["content"]) for m in content["messages"]),
        content.get("model"),
        content.get("parameters") or {},
        content.get("output_schema"),
    )


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
