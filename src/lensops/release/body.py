"""Read a release back from JSON values that anybody may have edited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lensops.prompts import (
    Interface,
    Message,
    Prompt,
    ResponseFormat,
    Tool,
    ToolCall,
    Variable,
    untyped_interface,
)
from lensops.release.value import Release

Number = Annotated[float, Field(allow_inf_nan=False)]


class Read(BaseModel):
    """A part of a release; keys of later versions are passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, defer_build=True)


T = TypeVar("T", bound=Read)


def validate(model: type[T], body: Mapping[str, Any]) -> T:
    """The body as a model. Raises `ValueError` with the first thing that does not fit."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ValueError(f"not a release: {where}: {first['msg'].lower()}") from None


_LEGACY_KEY = "output_schema"  # of a prompt of lensops 0.1; later ones have `response_format`


class _Function(Read):
    name: str
    arguments: str = "{}"
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class _Call(Read):
    id: str
    function: _Function

    def value(self) -> ToolCall:
        arguments = json.loads(self.function.arguments)
        if not isinstance(arguments, dict):
            raise ValueError("the arguments of a call are no object")  # noqa: TRY004  # one kind
        return ToolCall(self.id, self.function.name, arguments)


class _Tool(Read):
    function: _Function

    def value(self) -> Tool:
        read = self.function
        return Tool(read.name, read.description, read.parameters, read.strict)


class _Message(Read):
    role: str
    content: str
    name: str | None = None
    tool_calls: list[_Call] = Field(default_factory=list)
    tool_call_id: str | None = None

    def value(self) -> Message:
        calls = tuple(call.value() for call in self.tool_calls)
        return Message(self.role, self.content, self.name, calls, self.tool_call_id)


class _Schema(Read):
    name: str
    schema_: dict[str, Any] = Field(alias="schema")
    strict: bool | None = None


class _Format(Read):
    type: Literal["json_object", "json_schema"]
    json_schema: _Schema | None = None

    def value(self) -> ResponseFormat:
        inner = self.json_schema
        return (
            ResponseFormat(inner.schema_, inner.name, inner.strict) if inner else ResponseFormat()
        )


class _Variable(Read):
    type: str | None = None
    example: Any = None


class _Prompt(Read):
    version: str
    messages: list[_Message]
    model: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    tools: list[_Tool] = Field(default_factory=list)
    response_format: _Format | None = None
    variables: dict[str, _Variable] = Field(default_factory=dict)

    def value(self) -> Prompt:
        return Prompt(
            self.version,
            tuple(message.value() for message in self.messages),
            self.model,
            self.parameters,
            self.response_format.value() if self.response_format else None,
            tuple(tool.value() for tool in self.tools),
        )

    def interface(self) -> Interface:
        entries = self.variables.items()
        return Interface({name: Variable(entry.type, entry.example) for name, entry in entries})


class _Release(Read):
    project: str
    prompts: dict[str, _Prompt]
    thresholds: dict[str, Number] = Field(default_factory=dict)
    bands: dict[str, Number] = Field(default_factory=dict)
    fragments: dict[str, str] = Field(default_factory=dict)


def parse_release(body: Mapping[str, Any]) -> Release:
    """The release that a body holds, whatever digests it claims.

    Raises `ValueError` when the body is no release.
    """
    if _is_legacy(body):
        from lensops.release.legacy import parse_legacy  # hardly any is

        return parse_legacy(body)
    read = validate(_Release, body)
    prompts = {name: prompt.value() for name, prompt in read.prompts.items()}
    interfaces = {
        name: prompt.interface()
        for name, prompt in read.prompts.items()
        if prompt.interface() != untyped_interface(prompts[name].variables)
    }
    return Release(read.project, prompts, read.thresholds, read.bands, interfaces, read.fragments)


def parse_verified(body: Mapping[str, Any]) -> Release:
    """The release of a `Release.body`. Raises `ValueError` when it is none, or was altered."""
    release = parse_release(body)
    if release.digest != body.get("digest"):
        raise ValueError("the content does not match its digest")
    return release


def _is_legacy(body: Mapping[str, Any]) -> bool:
    """Whether a body is of the form that 0.1 wrote."""
    prompts = body.get("prompts")
    entries = prompts.values() if isinstance(prompts, Mapping) else ()
    return any(isinstance(entry, Mapping) and _LEGACY_KEY in entry for entry in entries)
