"""Settings of a prompt file: model, parameters under one name each, tools, response format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lensops.manifest import Node, suggestion
from lensops.prompts.forms.messages import parse_json_object, unwrap_function
from lensops.prompts.forms.reader import Reader
from lensops.prompts.template import NAME
from lensops.prompts.value import ResponseFormat, Tool

PARAMETERS = ("parameters", "modelParameters")
SCHEMAS = ("output_schema", "jsonSchema")
FORMATS = ("response_format", "responseFormat")
_NUMBERS = {"temperature", "top_p", "frequency_penalty", "presence_penalty", "max_tokens", "seed"}
_NUMBERS |= {"max_completion_tokens", "top_k", "min_p", "n", "top_logprobs"}
_NAMES = _NUMBERS | {"stop", "logit_bias", "logprobs", "reasoning_effort", "tool_choice", "user"}
_NAMES |= {"parallel_tool_calls", "metadata", "store", "service_tier", "verbosity", "prediction"}
_OTHER_SPELLINGS = {"stop_sequences": "stop", "max_output_tokens": "max_tokens"}
_OWN_SECTIONS: tuple[str, ...] = ("messages", "model", "tools", "response_format", "stream")
_OWN_SECTIONS += ("system", "instructions", "functions", "function_call")
_CAMEL = r"(?<=[a-z0-9])([A-Z])"
_VARIABLE = rf"\{{\{{\s*{NAME}\s*\}}\}}"
_TOOL_NAME = r"[A-Za-z0-9_-]{1,64}\Z"
_TOOL_KEYS = ("name", "description", "parameters", "strict")
_SCHEMA_KEYS = ("name", "strict", "schema")


def read_model(reader: Reader) -> str | None:
    """The model's name."""
    model = reader.text("model")
    if model is not None and (node := reader.node.get("model")):
        _refuse_variables(reader, node)
    return model


def read_parameters(reader: Reader) -> Mapping[str, Any]:
    """The model's parameters, each under the one name that requests have for it."""
    name = reader.first(PARAMETERS)
    node = reader.present(name) if name else None
    if name is None or node is None or reader.mapping(name) is None:
        return {}
    _refuse_variables(reader, node)
    parameters: dict[str, Any] = {}
    for key, value in node.value:
        spelling = parameter_name(key.value)
        if spelling in parameters:
            reader.add(key.location, f"{key.value!r} says {spelling!r} again", "keep one of them")
        elif spelling in _OWN_SECTIONS:
            reader.add(key.location, f"{key.value!r} is no parameter", _OWN_HINTS.get(spelling))
        elif hint := _likely_misspelled(spelling):
            reader.add(key.location, f"unknown parameter {key.value!r}", hint)
        else:
            _require_number(reader, spelling, value)
        parameters[spelling] = value.plain()
    return parameters


def parameter_name(name: str) -> str:
    """The name of a parameter in requests: `maxTokens` is `max_tokens`."""
    snake = re.sub(_CAMEL, lambda match: "_" + match[1].lower(), name)
    return _OTHER_SPELLINGS.get(snake, snake)


_OWN_HINTS = {
    "stream": "the application decides how it reads the answer",
    "response_format": "write `response_format:` beside `parameters:`",
    "system": "write it as a message of role system",
    "instructions": "write it as a message of role system",
    "functions": "write them as `tools:`",
    "function_call": "write it as `tool_choice`",
    "tools": "write `tools:` beside `parameters:`",
}


def _likely_misspelled(name: str) -> str | None:
    """A did-you-mean for a name close to a parameter; other names are a provider's own."""
    return None if name in _NAMES else suggestion(name, _NAMES, cutoff=0.8)


def _require_number(reader: Reader, name: str, value: Node) -> None:
    is_number = isinstance(value.value, int | float) and not isinstance(value.value, bool)
    if name in _NUMBERS and not is_number:
        reader.add(value.location, f"{name} must be a number")


def _refuse_variables(reader: Reader, node: Node) -> None:
    """A variable where none is filled in would reach the model as it is written."""
    if node.kind == "mapping":
        for _, value in node.value:
            _refuse_variables(reader, value)
    elif node.kind == "sequence":
        for value in node.value:
            _refuse_variables(reader, value)
    elif isinstance(node.value, str) and (match := re.search(_VARIABLE, node.value)):
        reader.add(node.location, f"{match[0]!r} is filled in messages alone")


def read_tools(reader: Reader) -> tuple[Tool, ...]:
    """The tools of a list, in the shape of a request or flat."""
    node = reader.present("tools")
    if node is None:
        return ()
    if node.kind != "sequence":
        reader.add(node.location, "tools must be a list")
        return ()
    tools = tuple(_tool(Reader(item, reader.problems)) for item in node.value)
    names = [tool.name for tool in tools]
    for index, (name, item) in enumerate(zip(names, node.value, strict=True)):
        if name and name in names[:index]:
            reader.add(item.location, f"there are two tools {name!r}")
    return tools


def _tool(reader: Reader) -> Tool:
    if reader.node.kind != "mapping":
        message = f"{reader.node.raw or 'this'} is no tool"
        hint = "a tool is a mapping of name, description and parameters"
        reader.add(reader.node.location, message, hint)
        return Tool("")
    reader.require_known(("type", "function", *_TOOL_KEYS), "key of a tool")
    inner = unwrap_function(reader, _TOOL_KEYS, "key of a tool")
    name = inner.text("name")
    if name is None or not re.match(_TOOL_NAME, name):
        hint = "up to 64 letters, digits, '_' and '-'"
        reader.add(inner.node.location, "a tool needs a name", hint)
    return Tool(
        name or "", inner.text("description"), inner.mapping("parameters"), inner.boolean("strict")
    )


def read_response_format(reader: Reader) -> ResponseFormat | None:
    """The one response format that a schema, a format, or both of them declare."""
    declared = _declared_format(reader)
    schema = _schema(reader)
    if declared is None or isinstance(declared, ResponseFormat):
        if declared is not None and schema is not None:
            _conflict(reader, "declares a schema as well")
        return schema or declared
    if declared == "json_schema":
        if schema is None and reader.first(SCHEMAS) is None:
            _conflict(reader, "is json_schema, and there is no schema", "add `output_schema:`")
        return schema
    if schema is not None:
        _conflict(reader, f"is {declared}, and there is a schema", "remove one of them")
    return ResponseFormat() if declared == "json_object" else None


def _conflict(reader: Reader, message: str, hint: str = "keep one of them") -> None:
    name = reader.first(FORMATS) or FORMATS[0]
    node = reader.node.get(name) or reader.node
    reader.add(node.location, f"{name} {message}", hint)


def _declared_format(reader: Reader) -> str | ResponseFormat | None:
    """The word of a format (text, json_object, json_schema), or the schema that it holds."""
    name = reader.first(FORMATS)
    node = reader.present(name) if name else None
    if name is None or node is None:
        return None
    if node.kind != "mapping":
        return _format_word(reader, node, name)
    inner = Reader(node, reader.problems)
    inner.require_known(("type", "json_schema"), f"key of {name}")
    word = _format_word(inner, inner.present("type") or node, f"{name}.type")
    schema = inner.present("json_schema")
    if schema is None or word is None:
        return word
    if word != "json_schema":
        reader.add(schema.location, f"json_schema stands beside `type: {word}`")
    return _wrapped_schema(Reader(schema, reader.problems))


def _format_word(reader: Reader, node: Node, name: str) -> str | None:
    if node.kind == "scalar" and node.value in ("text", "json_object", "json_schema"):
        return str(node.value)
    reader.add(node.location, f"{name} must be text, json_object or json_schema")
    return None


def _schema(reader: Reader) -> ResponseFormat | None:
    name = reader.first(SCHEMAS)
    node = reader.present(name) if name else None
    if name is None or node is None:
        return None
    if node.kind == "scalar" and isinstance(node.value, str):
        content = parse_json_object(reader, node, name)
    else:
        content = dict(reader.mapping(name) or {}) if node.kind == "mapping" else None
        if node.kind != "mapping":
            reader.add(node.location, f"{name} must be a JSON object")
    if content is None:
        return None
    if not ("schema" in content and "name" in content):
        return ResponseFormat(content)
    if node.kind == "mapping":
        return _wrapped_schema(Reader(node, reader.problems))
    return _unwrap(reader, node, content)


def _wrapped_schema(reader: Reader) -> ResponseFormat | None:
    """`{name, strict, schema}`, as requests hold a schema."""
    if reader.node.kind != "mapping":
        reader.add(reader.node.location, "json_schema must be a mapping of name and schema")
        return None
    return _unwrap(reader, reader.node, reader.json(reader.node, "json_schema") or {})


def _unwrap(reader: Reader, node: Node, content: Mapping[str, Any]) -> ResponseFormat | None:
    name, strict, schema = (content.get(key) for key in ("name", "strict", "schema"))
    for key in content.keys() - {*_SCHEMA_KEYS}:
        location = (node.key(key) or node).location
        hint = suggestion(key, _SCHEMA_KEYS) or "known: " + ", ".join(_SCHEMA_KEYS)
        reader.add(location, f"unknown key {key!r} beside a schema", hint)
    if not isinstance(schema, dict):
        reader.add(node.location, "schema must be a JSON object")
    elif not isinstance(name, str) or not re.match(_TOOL_NAME, name):
        reader.add(node.location, "the name of a schema has up to 64 letters, digits, '_' and '-'")
    elif strict is not None and not isinstance(strict, bool):
        reader.add(node.location, "strict must be true or false")
    else:
        return ResponseFormat(schema, name, strict)
    return None
