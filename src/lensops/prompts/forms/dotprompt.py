"""Dotprompt's `.prompt`: settings and Picoschema in the front matter, roles and Handlebars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lensops.errors import Problem
from lensops.manifest import Node
from lensops.prompts.forms.inputs import Inputs
from lensops.prompts.forms.marked import Marked, Markers, split_messages
from lensops.prompts.forms.nodes import mapping_node, scalar_node
from lensops.prompts.forms.picoschema import json_schema, output_format, plain_node
from lensops.prompts.forms.reader import Reader
from lensops.prompts.value import Prompt

_MARKERS = Markers(
    re.compile(r"\{\{\s*role\s+[\"'](\w+)[\"']\s*\}\}[ \t]*\n?"),
    "user",
    {"model": "assistant", "system": "system", "user": "user"},
    "handlebars",
)
_COMMENT = re.compile(r"\{\{!--.*?--\}\}|\{\{!(?!--).*?\}\}", re.DOTALL)
_KEYS: tuple[str, ...] = (
    "model",
    "config",
    "input",
    "output",
    "tools",
    "toolDefs",
    "toolChoice",
    "maxTurns",
)
_KEYS += ("returnToolRequests", "ext")
_ABOUT = ("name", "description", "authors", "tags", "version", "metadata", "$schema", "variant")
_LOOP = ("maxTurns", "returnToolRequests")  # how the application answers calls of tools
_OF_OBJECTS = {"type", "properties", "required", "additionalProperties", "description", "$schema"}
_OF_VARIABLES = {"type", "description", "default", "examples"}
_PROVIDERS = {"googleai": "google", "vertexai": "google-cloud"}


def parse_dotprompt(data: bytes, path: str, version: str) -> Prompt:
    """A Dotprompt file. Raises `Invalid` with every problem of it."""
    marked = Marked.read(data, path)
    problems: list[Problem] = []
    inputs = Inputs(problems)
    settings = list(_settings(Reader(marked.front, problems), inputs)) if marked.front else []
    for match in _COMMENT.finditer(marked.body):
        if _MARKERS.pattern.search(match[0]):
            message = "a comment holds the marker of a role"
            problems.append(Problem(marked.location_at(match.start()), message, "remove it"))
    messages = list(split_messages(marked, _MARKERS, problems))
    return inputs.attach_to(marked.build(messages, settings, version, problems))


def _settings(reader: Reader, inputs: Inputs) -> Iterator[tuple[str, Node]]:
    namespaced = [key.value for key, _ in reader.node.value if "." in str(key.value)]
    reader.require_known((*_KEYS, *_ABOUT, *namespaced), "key of a .prompt")
    for key in _LOOP:
        if (value := reader.present(key)) is not None:
            inputs.note(value.location, f"{key} is for the application's loop, and not sent")
    if (model := reader.present("model")) is not None:
        reader.text("model")
        provider, _, name = str(model.value).partition("/")
        prefix = _PROVIDERS.get(provider, provider)
        yield "model", scalar_node(f"{prefix}:{name}" if name else provider, model.location)
    if (config := reader.present("config")) is not None:
        choice = reader.present("toolChoice")
        more = [("tool_choice", choice)] if choice is not None and config.kind == "mapping" else []
        pairs = [(k.value, v) for k, v in config.value] if more else []
        yield "parameters", mapping_node([*pairs, *more], config.location) if more else config
    elif (choice := reader.present("toolChoice")) is not None:
        yield "parameters", mapping_node([("tool_choice", choice)], choice.location)
    yield from _tools(reader)
    if (declared := reader.present("input")) is not None:
        _read_input(Reader(declared, reader.problems), inputs)
    if (output := reader.present("output")) is not None:
        yield from output_format(reader, output)


def _tools(reader: Reader) -> Iterator[tuple[str, Node]]:
    """Tools that the file defines; a name alone is defined in the application's code."""
    definitions, tools = reader.expect("toolDefs", "sequence"), reader.expect("tools", "sequence")
    items = definitions.value if definitions is not None else ()
    functions: list[dict[str, Any]] = []
    for item in items:
        inner = Reader(item, reader.problems)
        inner.require_known(("name", "description", "inputSchema", "outputSchema"), "key of a tool")
        function = {k: inner.text(k) for k in ("name", "description") if inner.present(k)}
        if (schema := inner.present("inputSchema")) is not None:
            function["parameters"] = json_schema(inner, schema)
        functions.append(function)
    called = [] if tools is None else list(tools.value)
    sent = [f for f in functions if f.get("name") in [tool.value for tool in called]]
    for tool in called:
        if tool.value not in [function.get("name") for function in sent]:
            hint = "define it under `toolDefs:`, with name, description and inputSchema"
            reader.add(tool.location, f"{tool.raw} names a tool of the application's code", hint)
    if definitions is not None and len(sent) < len(functions):
        message = "a tool is defined that `tools:` does not name"
        reader.add(definitions.location, message, "name it there, or remove it")
    if definitions is not None and sent:
        yield "tools", plain_node(sent, definitions)


def _read_input(reader: Reader, inputs: Inputs) -> None:
    """`input:` of a front matter: `schema` as types, `default` as examples."""
    if reader.node.kind != "mapping":
        reader.add(reader.node.location, "input must be a mapping of schema and default")
        return
    reader.require_known(("schema", "default"), "key of input")
    if (schema := reader.present("schema")) is not None:
        _declare(json_schema(reader, schema), schema, inputs)
    default = reader.expect("default", "mapping")
    for key, value in default.value if default is not None else ():
        inputs.add_default(str(key.value), value)


def _declare(schema: Any, node: Node, inputs: Inputs) -> None:
    """The properties of an object's schema, whatever form it was written in."""
    keys = schema if isinstance(schema, dict) else {}
    properties, required = keys.get("properties", {}), keys.get("required", ())
    _note_constraints(inputs, node, "input", keys.keys() - _OF_OBJECTS)
    if not isinstance(properties, dict):
        inputs.problems.append(Problem(node.location, "properties must be a mapping"))
        return
    for name, body in properties.items():
        place, about = _place(node, name), body if isinstance(body, dict) else {}
        kinds = about.get("type")
        inputs.declare(name, place.location, kinds[0] if isinstance(kinds, list) else kinds)
        for example in about.get("examples", ())[:1]:
            inputs.add_example(name, scalar_node(example, place.location))
        if "default" in about:
            inputs.add_default(name, scalar_node(about["default"], place.location))
        if name not in required:
            message = f"the variable {name!r} is optional in the file"
            inputs.note(place.location, message, "the application passes every variable")
        _note_constraints(inputs, place, repr(name), about.keys() - _OF_VARIABLES)


def _note_constraints(inputs: Inputs, place: Node, name: str, keys: set[str]) -> None:
    if keys:
        message = f"{', '.join(sorted(keys))} of {name} is not checked"
        inputs.note(place.location, message, "the type of a variable is")


def _place(node: Node, name: str) -> Node:
    """The key of a property, in Picoschema or in JSON Schema."""
    inner = node.get("properties") or node
    keys = (key for key, _ in inner.value) if inner.kind == "mapping" else ()
    return next((key for key in keys if re.match(rf"{re.escape(name)}\W*", str(key.value))), node)
