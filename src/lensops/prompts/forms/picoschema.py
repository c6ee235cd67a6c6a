"""Picoschema, the short form of JSON Schema in Dotprompt's front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lensops.manifest import Node
from lensops.prompts.forms.nodes import mapping_node, scalar_node
from lensops.prompts.forms.reader import Reader

_SCALARS = ("string", "number", "integer", "boolean", "null", "any")
_KEY = re.compile(
    r"(?P<name>[^(?]+?)(?P<optional>\?)?(?:\((?P<kind>\w+)(?:,\s*(?P<about>.*))?\))?\Z"
)
_WILDCARD = "(*)"  # the type of all other fields
_JSON_TYPES = ("string", "number", "integer", "boolean", "null", "object", "array")


def output_format(reader: Reader, output: Node) -> Iterator[tuple[str, Node]]:
    """`output:` of a front matter as `response_format`."""
    inner = Reader(output, reader.problems)
    if output.kind != "mapping":
        inner.add(output.location, "output must be a mapping of format and schema")
        return
    inner.require_known(("format", "schema"), "key of output")
    form, schema = inner.present("format"), inner.present("schema")
    if form is not None and form.value not in {"text", "json"}:
        inner.add(form.location, f"format {form.value!r} is not read", "json or text")
    elif form is not None and form.value == "text" and schema is not None:
        inner.add(form.location, "format text has no schema", "json")
    if schema is None:
        if form is not None and form.value == "json":
            yield "response_format", scalar_node("json_object", form.location)
        return
    value = json_schema(inner, schema)
    yield "output_schema", plain_node(value, schema)


def json_schema(reader: Reader, node: Node) -> Any:
    """JSON Schema of a node: as it stands when it is one already."""
    if node.kind == "mapping":
        kind, properties = node.get("type"), node.get("properties")
        if kind is not None and kind.value in _JSON_TYPES:
            return node.plain()
        if properties is not None and properties.kind == "mapping":
            if kind is not None:
                reader.add(kind.location, f"{kind.raw or 'this'} is no type", "write object")
            return {**node.plain(), "type": "object"}
        return _object(reader, node)
    return _scalar(reader, node)


def plain_node(value: Any, place: Node) -> Node:
    """A JSON value as nodes that all stand at one place."""
    if isinstance(value, dict):
        return mapping_node([(k, plain_node(v, place)) for k, v in value.items()], place.location)
    if isinstance(value, list):
        items = tuple(plain_node(item, place) for item in value)
        return Node("sequence", items, place.location, 0, 0)
    return scalar_node(value, place.location)


def _object(reader: Reader, node: Node) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    extra: Any = False
    for key, value in node.value:
        if key.value == _WILDCARD:
            extra = json_schema(reader, value)
            continue
        match = _KEY.match(str(key.value))
        if not match:
            reader.add(key.location, f"{key.value!r} is no field of Picoschema")
            continue
        schema = _field(reader, match, value)
        properties[match["name"]] = _nullable(schema) if match["optional"] else schema
        required += [] if match["optional"] else [match["name"]]
    schema = {"type": "object", "properties": properties, "additionalProperties": extra}
    return schema | ({"required": required} if required else {})


def _field(reader: Reader, match: re.Match[str], node: Node) -> dict[str, Any]:
    kind, about = match["kind"], match["about"]
    if kind is None:
        schema: Any = json_schema(reader, node)
    elif kind == "array":
        schema = {"type": "array", "items": json_schema(reader, node)}
    elif kind == "object":
        schema = _object(reader, node) if node.kind == "mapping" else {}
    elif kind == "enum":
        schema = {"enum": node.plain()}
        if node.kind != "sequence":
            reader.add(node.location, "an enum is a list of values")
    else:
        schema = {}
        reader.add(node.location, f"({kind}) is no kind of Picoschema", "array, object or enum")
    return {**schema, **({"description": about} if about else {})}


def _scalar(reader: Reader, node: Node) -> dict[str, Any]:
    written = node.value if isinstance(node.value, str) else node.raw or f"this {node.kind}"
    name, _, about = written.partition(",")
    name = name.strip()
    if name not in _SCALARS:
        message = f"{name!r} is no type of Picoschema, or a schema of the application's code"
        reader.add(node.location, message, f"write the schema here; types: {', '.join(_SCALARS)}")
    schema: dict[str, Any] = {} if name == "any" else {"type": name}
    return schema | ({"description": about.strip()} if about.strip() else {})


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type")
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    return {**schema, "type": [kind, "null"]} if isinstance(kind, str) else schema
