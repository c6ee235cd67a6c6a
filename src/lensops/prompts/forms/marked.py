"""Texts with role markers, `.prompty` and Dotprompt's `.prompt`: front matter and messages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lensops.errors import Location, Problem
from lensops.files import decode
from lensops.files.text import BOM
from lensops.manifest import Node
from lensops.prompts.forms.messages import normalise_text
from lensops.prompts.forms.nodes import (
    mapping_node,
    message_node,
    scalar_node,
    sequence_node,
    split_front_matter,
    text_node,
    translate,
)
from lensops.prompts.forms.picoschema import output_format
from lensops.prompts.forms.reader import Reader
from lensops.prompts.forms.structured import build_prompt
from lensops.prompts.value import Prompt

_PROMPTY = re.compile(
    r"^[ \t]*#?[ \t]*(system|developer|user|assistant)[ \t]*:[ \t]*\n", re.MULTILINE
)
_DOTPROMPT = re.compile(r"\{\{\s*role\s+[\"'](\w+)[\"']\s*\}\}[ \t]*\n?")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_PROMPTY_KEYS = ("model", "inputs", "outputs", "sample", "template", "base")
_ABOUT = ("name", "description", "authors", "tags", "version", "metadata", "$schema", "variant")
_DOTPROMPT_KEYS = ("model", "config", "input", "output", "tools", "ext", "toolDefs", "maxTurns")
_DOT_ROLES = {"model": "assistant", "system": "system", "user": "user"}
_CONNECTION = ("type", "azure_endpoint", "azure_deployment", "api_version", "name", "api_key")


def parse_prompty(data: bytes, path: str, version: str) -> Prompt:
    """A `.prompty` of either generation. Raises `Invalid` with every problem of it."""
    front, body, line = _open_file(data, path)
    problems: list[Problem] = []
    pairs: list[tuple[str, Node]] = []
    if front is not None:
        reader = Reader(front, problems)
        reader.require_known((*_PROMPTY_KEYS, *_ABOUT), "key of a .prompty")
        _check_template(reader)
        pairs += _prompty_model(reader)
    for match in _IMAGE.finditer(body):
        where = Location(path, line + body.count("\n", 0, match.start()))
        problems.append(
            Problem(where, "an image: messages are texts", "send it by the application")
        )
    messages = [
        message_node(role, translate(node, "jinja2", problems))
        for role, node in _split_messages(_PROMPTY, body, path, line, "system")
    ]
    pairs.append(("messages", sequence_node(messages, Location(path, line, 1))))
    return build_prompt(mapping_node(pairs, Location(path, 1, 1)), version, problems)


def parse_dotprompt(data: bytes, path: str, version: str) -> Prompt:
    """A Dotprompt file. Raises `Invalid` with every problem of it."""
    front, body, line = _open_file(data, path)
    problems: list[Problem] = []
    pairs: list[tuple[str, Node]] = []
    if front is not None:
        reader = Reader(front, problems)
        reader.require_known((*_DOTPROMPT_KEYS, *_ABOUT), "key of a .prompt")
        pairs += _dotprompt_settings(reader)
    messages = [
        message_node(_DOT_ROLES.get(role, role), translate(node, "handlebars", problems))
        for role, node in _split_messages(_DOTPROMPT, body, path, line, "user")
    ]
    pairs.append(("messages", sequence_node(messages, Location(path, line, 1))))
    return build_prompt(mapping_node(pairs, Location(path, 1, 1)), version, problems)


def _open_file(data: bytes, path: str) -> tuple[Node | None, str, int]:
    text = decode(data, path).removeprefix(BOM).replace("\r\n", "\n")
    return split_front_matter(text, path)


def _split_messages(
    marker: re.Pattern[str], body: str, path: str, line: int, first: str
) -> Iterator[tuple[str, Node]]:
    """Role and text of each message; what stands before the first marker has the role `first`."""
    role, start = first, 0
    for match in [*marker.finditer(body), None]:
        end = match.start() if match else len(body)
        text = body[start:end]
        stripped = normalise_text(text).strip("\n")
        if stripped.strip():
            skipped = len(text) - len(text.lstrip("\n"))
            yield role, text_node(stripped, path, line + body.count("\n", 0, start + skipped))
        if match:
            role, start = match[1], match.end()


def _check_template(reader: Reader) -> None:
    template = reader.present("template")
    kind = (
        template.get("format") if template is not None and template.kind == "mapping" else template
    )
    if kind is not None and kind.value not in {"jinja2", "mustache"}:
        reader.add(kind.location, f"template {kind.value!r} is not read", "write it as jinja2")


def _prompty_model(reader: Reader) -> Iterator[tuple[str, Node]]:
    """Model and parameters of the first generation (configuration, parameters) or the second."""
    model = reader.present("model")
    if model is None or model.kind != "mapping":
        yield from [("model", model)] if model is not None else []
        return
    inner = Reader(model, reader.problems)
    connection_keys = ("api", "configuration", "connection", "parameters", "options", "response")
    inner.require_known((*connection_keys, "id", "provider"), "key of model")
    connection = model.get("configuration") or model.get("connection")
    if connection is not None and connection.kind == "mapping":
        Reader(connection, reader.problems).require_known(
            (*_CONNECTION, "kind", "organization", "base_url", "endpoint"), "key of the connection"
        )
    name = (
        _first(model, "id") or _first(connection, "name") or _first(connection, "azure_deployment")
    )
    if name is not None and "${" not in str(name.value):
        provider = model.get("provider")
        prefix = str(provider.value) if provider is not None else "openai"
        yield "model", scalar_node(f"{prefix}:{name.value}", name.location)
    settings = model.get("parameters") or model.get("options")
    if settings is not None and settings.kind == "mapping":
        parameters = [
            (k.value, v) for k, v in settings.value if k.value not in {"response_format", "tools"}
        ]
        yield "parameters", mapping_node(parameters, settings.location)
        for key in ("response_format", "tools"):
            if (value := settings.get(key)) is not None:
                yield key, value


def _dotprompt_settings(reader: Reader) -> Iterator[tuple[str, Node]]:
    if (model := reader.present("model")) is not None:
        provider, _, name = str(model.value).partition("/")
        prefix = {"googleai": "google-gla", "vertexai": "google-vertex"}.get(provider, provider)
        yield "model", scalar_node(f"{prefix}:{name}" if name else provider, model.location)
    if (config := reader.present("config")) is not None:
        yield "parameters", config
    if (tools := reader.present("tools")) is not None:
        reader.add(tools.location, "tools by name alone", "write `tools:` in a YAML form")
    if (output := reader.present("output")) is not None:
        yield from output_format(reader, output)


def _first(node: Node | None, key: str) -> Node | None:
    value = node.get(key) if node is not None and node.kind == "mapping" else None
    return value if value is not None and isinstance(value.value, str) else None
