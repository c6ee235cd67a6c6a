"""A prompt version as one value, the request shape, whatever form its file has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from lensops.errors import Problem
from lensops.prompts.digest import digest
from lensops.prompts.interface import Variable
from lensops.prompts.template import Template, parse_template

ROLES = ("system", "developer", "user", "assistant", "tool")


class ToolCall(NamedTuple):
    """A call that an assistant message makes; `arguments` are JSON values by name."""

    id: str
    name: str
    arguments: Mapping[str, Any] = MappingProxyType({})

    def content(self) -> dict[str, Any]:
        """The call in the shape of a request; arguments as the text of canonical JSON."""
        arguments = json.dumps({**self.arguments}, ensure_ascii=False, sort_keys=True)
        function = {"name": self.name, "arguments": arguments}
        return {"id": self.id, "type": "function", "function": function}


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `content` is a template, kept in its one spelling (see `prompts.template`).

    It may be empty where an assistant message makes tool calls. `tool_call_id` belongs to the role
    tool: the call that it answers.
    """

    role: str
    content: str
    name: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "content", str(self.template))

    @property
    def template(self) -> Template:
        return parse_template(self.content)[0]

    def parts(self) -> dict[str, Any]:
        """The message in the shape of a request, its content a template still."""
        parts: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.name is not None:
            parts["name"] = self.name
        if self.tool_calls:
            parts["tool_calls"] = [call.content() for call in self.tool_calls]
        if self.tool_call_id is not None:
            parts["tool_call_id"] = self.tool_call_id
        return parts


class Tool(NamedTuple):
    """A function that the model may call; `parameters` is a JSON Schema."""

    name: str
    description: str | None = None
    parameters: Mapping[str, Any] | None = None
    strict: bool | None = None

    def content(self) -> dict[str, Any]:
        """The tool in the shape of a request."""
        keys = {
            "description": self.description,
            "parameters": None if self.parameters is None else dict(self.parameters),
            "strict": self.strict,
        }
        declared = {key: value for key, value in keys.items() if value is not None}
        return {"type": "function", "function": {"name": self.name, **declared}}


class ResponseFormat(NamedTuple):
    """How an answer must look: JSON, or JSON of a schema. Text is the absence of a format."""

    schema: Mapping[str, Any] | None = None
    name: str = "output"
    strict: bool | None = None

    def content(self) -> dict[str, Any]:
        """The format in the shape of a request."""
        if self.schema is None:
            return {"type": "json_object"}
        inner: dict[str, Any] = {"name": self.name, "schema": dict(self.schema)}
        if self.strict is not None:
            inner["strict"] = self.strict
        return {"type": "json_schema", "json_schema": inner}


@dataclass(frozen=True)
class Prompt:
    """What a version says to a model. Equal digests mean: the same request is sent and served.

    Where fragments were expanded, `expanded` are their names, and `source` is the prompt as its
    file has it. `inputs` are the variables that the file declares with types and examples, `notes`
    what it holds beside the request that lensops does not act on.
    """

    version: str
    messages: tuple[Message, ...]
    model: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    response_format: ResponseFormat | None = None
    tools: tuple[Tool, ...] = ()
    source: Prompt | None = field(default=None, compare=False, repr=False)
    expanded: tuple[str, ...] = field(default=(), compare=False, repr=False)
    inputs: Mapping[str, Variable] = field(default_factory=dict, compare=False, repr=False)
    notes: tuple[Problem, ...] = field(default=(), compare=False, repr=False)

    @cached_property
    def digest(self) -> str:
        """Over the whole request shape; not over the version's name."""
        return digest("prompt", self.content())

    @property
    def source_digest(self) -> str:
        """The digest with fragments unexpanded: that of the file alone."""
        return (self.source or self).digest

    @property
    def output_schema(self) -> Mapping[str, Any] | None:
        """The JSON Schema of the answer, if there is one."""
        return self.response_format.schema if self.response_format else None

    def content(self) -> dict[str, Any]:
        """What the digest covers, as JSON values: each part in the shape of a request."""
        return {
            "messages": [message.parts() for message in self.messages],
            "model": self.model,
            "parameters": dict(self.parameters),
            "tools": [tool.content() for tool in self.tools],
            "response_format": self.response_format.content() if self.response_format else None,
        }

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """The templates of the messages."""
        return tuple(message.template for message in self.messages)

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables that the messages use, sorted."""
        return tuple(sorted({name for template in self.templates for name in template.variables}))

    @cached_property
    def fragments(self) -> tuple[str, ...]:
        """The names of the fragments that are not expanded yet, sorted."""
        return tuple(sorted({name for template in self.templates for name in template.fragments}))

    def expand(self, fragments: Mapping[str, Template], names: tuple[str, ...]) -> Prompt:
        """The prompt with fragments in their places. What is not among them stays.

        `names` are those of the fragments, and of what is inside of them.
        """
        if not self.fragments:
            return self
        messages = tuple(
            replace(message, content=str(template.expand(fragments)))
            for message, template in zip(self.messages, self.templates, strict=True)
        )
        return replace(self, messages=messages, source=self.source or self, expanded=names)
