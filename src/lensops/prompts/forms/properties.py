"""Typed names in files of others: as variables, and as the JSON Schema that Prompty makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lensops.errors import Location, Problem
from lensops.manifest import Node
from lensops.manifest.entries import TYPES
from lensops.prompts.forms.inputs import Inputs
from lensops.prompts.forms.reader import Reader

VARIABLES = ("variables", "input_variables", "inputs")  # keys of variables, form by form
_TYPES = {"float": "number"} | {
    name: name for name in ("string", "integer", "number", "boolean", "array", "object")
}
_SENT = {
    "thread": "the messages of a conversation",
    "image": "an image",
    "file": "a file",
    "audio": "a recording",
}
_KEYS: tuple[str, ...] = (
    "name",
    "kind",
    "type",
    "description",
    "required",
    "nullable",
    "default",
    "example",
)
_KEYS += ("sample", "enumValues", "items", "properties", "anyOf", "is_required", "title")


def named_items(node: Node) -> Iterator[tuple[str, Location, Node]]:
    """Name, place and body of each entry of a mapping, or of a list of bodies with names."""
    if node.kind == "mapping":
        yield from ((str(key.value), key.location, value) for key, value in node.value)
    for item in node.value if node.kind == "sequence" else ():
        name = item.get("name") if item.kind == "mapping" else None
        yield str(name.value) if name is not None else "", item.location, item


def read_inputs(inputs: Inputs, node: Node | None, *, values: bool = False) -> None:
    """Variables of a list of names, of bodies with names, or of a mapping of names to bodies.

    A scalar in a mapping is a type, where `values` an example.
    """
    if node is None:
        return
    if node.kind == "scalar":
        message = f"{node.raw} is no list of variables"
        inputs.problems.append(Problem(node.location, message, "write [name, …]"))
        return
    for name, place, body in named_items(node):
        if name and name in inputs.declared and node.kind == "sequence":
            inputs.problems.append(Problem(place, f"the variable {name!r} is declared twice"))
        if body.kind == "mapping":
            _read_input(inputs, name, place, Reader(body, inputs.problems))
        elif node.kind == "mapping" and values:
            inputs.add_example(name, body)
        elif body.kind == "scalar" and isinstance(body.value, str):
            inputs.declare(name or body.value, place, body.value if name else None)
            if name and body.value not in TYPES:
                message = f"{body.raw} is taken as a description of {name!r}"
                inputs.note(body.location, message, f"types: {', '.join(TYPES)}")
        else:
            message = "a variable is a name, or a mapping of name and type"
            inputs.problems.append(Problem(body.location, message))


def _read_input(inputs: Inputs, name: str, place: Location, reader: Reader) -> None:
    reader.require_known(_KEYS, "key of a variable")
    kind = _kind(reader)
    if kind in _SENT:
        reader.add(place, f"{name!r} is {_SENT[kind]}", "the application has to send it")
    elif kind and kind not in _TYPES:
        reader.add(place, f"{kind!r} is no type of variables", f"known: {', '.join(_TYPES)}")
    inputs.declare(name, place, _TYPES.get(kind))
    for key in ("example", "sample"):
        if (value := reader.present(key)) is not None:
            inputs.add_example(name, value)
    if (value := reader.present("default")) is not None:
        inputs.add_default(name, value)


def object_schema(reader: Reader, node: Node, *, strict: bool) -> dict[str, Any]:
    """The JSON Schema of properties, as Prompty sends it; `strict`: all of them are required."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    for name, _, body in named_items(node):
        inner = Reader(body, reader.problems)
        if body.kind != "mapping" or not name:
            reader.add(body.location, "a property has a name and a kind")
            continue
        is_required = bool(inner.boolean("required"))
        properties[name] = _schema(inner, strict=strict, optional=strict and not is_required)
        required += [name] if strict or is_required else []
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    schema |= {"required": required} if required else {}
    return schema | ({"additionalProperties": False} if strict else {})


def _schema(reader: Reader, *, strict: bool, optional: bool = False) -> dict[str, Any]:
    reader.require_known(_KEYS, "key of a property")
    kind = _kind(reader)
    schema: dict[str, Any] = {"type": _TYPES[kind]} if kind in _TYPES else {}
    if not schema and reader.present("anyOf") is None:
        hint = f"known: {', '.join(_TYPES)}"
        reader.add(reader.node.location, f"{kind!r} is no kind of property", hint)
    for key, name in (("description", "description"), ("enumValues", "enum")):
        if (value := reader.present(key)) is not None:
            schema[name] = value.plain()
    if kind == "array":
        items = reader.present("items")
        inner = Reader(items, reader.problems) if items is not None else None
        schema["items"] = _schema(inner, strict=strict) if inner else {"type": "string"}
    if kind == "object" and (properties := reader.present("properties")) is not None:
        schema |= object_schema(reader, properties, strict=strict)
    if (branches := reader.present("anyOf")) is not None and branches.kind == "sequence":
        branches_read = (Reader(item, reader.problems) for item in branches.value)
        schema["anyOf"] = [_schema(branch, strict=strict) for branch in branches_read]
    return _nullable(schema) if optional or reader.boolean("nullable") else schema


def _kind(reader: Reader) -> str:
    node = reader.present("kind") or reader.present("type")
    return str(node.value) if node is not None and node.kind == "scalar" else ""


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that takes null as well."""
    if "enum" in schema:
        schema = {**schema, "enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {**schema, "anyOf": [*schema.get("anyOf", ()), {"type": "null"}]}
