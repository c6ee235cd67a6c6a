"""Prompty's `.prompty`, both generations: settings in the front matter, role markers, Jinja."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lensops.errors import Problem
from lensops.manifest import Node
from lensops.prompts.forms.inputs import Inputs
from lensops.prompts.forms.marked import Marked, Markers, split_messages
from lensops.prompts.forms.nodes import mapping_node, scalar_node
from lensops.prompts.forms.picoschema import plain_node
from lensops.prompts.forms.properties import named_items, object_schema, read_inputs
from lensops.prompts.forms.reader import Reader
from lensops.prompts.value import Prompt

_MARKERS = Markers(
    re.compile(
        r"^[ \t]*#?[ \t]*(system|developer|user|assistant)(\[[^\]\n]*\])?[ \t]*:[ \t]*(?:\n|\Z)",
        re.MULTILINE | re.IGNORECASE,
    ),
    "system",
    {role: role for role in ("system", "developer", "user", "assistant")},
    "jinja2",
)
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_KEYS = ("model", "inputs", "outputs", "sample", "template", "tools", "base")
_ABOUT = ("name", "displayName", "description", "authors", "tags", "version", "metadata", "$schema")
_MODEL_KEYS: tuple[str, ...] = (
    "api",
    "apiType",
    "configuration",
    "connection",
    "parameters",
    "options",
)
_MODEL_KEYS += ("response", "id", "provider")
_CHATS = ("chat", "responses")  # the same messages by two doors of a provider
_LANGUAGES = ("jinja2", "nunjucks", "mustache")
_REFERENCE = re.compile(r"\$\{(\w+)[:}]")


def parse_prompty(data: bytes, path: str, version: str) -> Prompt:
    """A `.prompty` of either generation. Raises `Invalid` with every problem of it."""
    marked = Marked.read(data, path)
    problems: list[Problem] = []
    inputs = Inputs(problems)
    settings = list(_settings(Reader(marked.front, problems), inputs)) if marked.front else []
    for match in _IMAGE.finditer(marked.body):
        where = marked.location_at(match.start())
        problems.append(Problem(where, f"{match[0]} is an image", "the application has to send it"))
    for match in _MARKERS.pattern.finditer(marked.body):
        if match[2]:
            hint = "write the role alone"
            where = marked.location_at(match.start(2))
            problems.append(Problem(where, f"{match[2]} is an attribute of a message", hint))
    messages = list(split_messages(marked, _MARKERS, problems))
    return inputs.attach_to(marked.build(messages, settings, version, problems))


def _settings(reader: Reader, inputs: Inputs) -> Iterator[tuple[str, Node]]:
    reader.require_known((*_KEYS, *_ABOUT), "key of a .prompty")
    _refuse_references(reader, ("model", "inputs", "outputs", "tools"))
    _check_template(reader)
    if (base := reader.present("base")) is not None:
        reader.add(base.location, "base: the settings of another file", "write them here")
    yield from _model(reader, inputs)
    if (tools := reader.present("tools")) is not None:
        yield "tools", _tools(reader, tools)
    if (declared := reader.present("inputs")) is not None:
        read_inputs(inputs, declared, values=True)
    if (sample := reader.present("sample")) is not None:
        _take_sample(inputs, reader, sample)
    if (outputs := reader.present("outputs")) is not None:
        yield from _outputs(reader, outputs, inputs)


def _refuse_references(reader: Reader, keys: tuple[str, ...]) -> None:
    """Settings that lie in other files: what is sent would not be in this one."""
    for key in keys:
        node = reader.present(key)
        if node is not None and isinstance(node.value, str) and "${file:" in node.value:
            message = f"{key} lies in another file, {node.value}"
            reader.add(node.location, message, f"write `{key}:` here")


def _check_template(reader: Reader) -> None:
    """`jinja2`, `{type: jinja2}` or `{format: {kind: jinja2}}`."""
    template, parser = reader.present("template"), None
    if template is not None and template.kind == "mapping":
        inner = Reader(template, reader.problems)
        inner.require_known(("type", "format", "parser"), "key of template")
        template, parser = inner.present("format") or inner.present("type"), inner.present("parser")
    for node, languages in ((template, _LANGUAGES), (parser, ("prompty",))):
        word = node
        if word is not None and word.kind == "mapping":
            inner = Reader(word, reader.problems)
            inner.require_known(("kind", "strict", "options"), "key of template")
            word = inner.present("kind") or word
        if word is not None and word.value not in languages:
            hint = f"known: {', '.join(languages)}"
            reader.add(word.location, f"template {word.raw} is not read", hint)


def _model(reader: Reader, inputs: Inputs) -> Iterator[tuple[str, Node]]:
    """Model and parameters of the first generation (configuration, parameters) or the second."""
    model = reader.present("model")
    if model is None or model.kind != "mapping":
        yield from [("model", model)] if model is not None else []
        return
    inner = Reader(model, reader.problems)
    inner.require_known(_MODEL_KEYS, "key of model")
    inner.text("id")
    kind = inner.present("apiType") or inner.present("api")
    if kind is not None and kind.value not in _CHATS:
        inner.add(kind.location, f"a model of kind {kind.raw} holds no chat", "known: chat")
    connection = inner.present("configuration") or inner.present("connection")
    name = _first(model, "id") or _first(connection, "azure_deployment")
    name = name or (_first(connection, "name") if inner.present("configuration") else None)
    if name is not None and _REFERENCE.search(str(name.value)):
        message = f"the model's name comes from the environment, {name.value}"
        inputs.note(name.location, message, "an eval names its own with `model:`")
    elif name is not None:
        provider = model.get("provider")
        prefix = {"azure": "azure", "foundry": "azure"}.get(str(provider and provider.value))
        prefix = prefix or (str(provider.value) if provider is not None else "openai")
        yield "model", scalar_node(f"{prefix}:{name.value}", name.location)
    yield from _options(inner)


def _options(model: Reader) -> Iterator[tuple[str, Node]]:
    key = model.first(("parameters", "options"))
    node = model.expect(key, "mapping") if key else None
    if node is None:
        return
    inner = Reader(node, model.problems)
    _refuse_references(inner, ("tools", "response_format"))
    listed = [(k.value, v) for k, v in node.value if k.value not in _OWN_SECTIONS]
    if (more := inner.present("additionalProperties")) is not None and more.kind == "mapping":
        listed += [(k.value, v) for k, v in more.value]
    yield "parameters", mapping_node(listed, node.location)
    for section in ("response_format", "tools"):
        value = inner.present(section)
        if value is not None and not isinstance(value.value, str):
            yield section, value


_OWN_SECTIONS = ("response_format", "tools", "additionalProperties")


def _tools(reader: Reader, node: Node) -> Node:
    """Functions in the shape of a request; tools that run elsewhere are problems."""
    functions: list[dict[str, object]] = []
    if node.kind == "scalar" and "${file:" not in str(node.value):
        reader.add(node.location, "tools must be a list of tools")
    for name, place, body in named_items(node):
        inner = Reader(body, reader.problems)
        kind = inner.present("kind") if body.kind == "mapping" else None
        if kind is None or kind.value != "function":
            word = kind.raw if kind is not None else "no kind"
            message = f"the tool {name!r} is of kind {word}, which the application runs"
            reader.add(place, message, "tools of kind function are sent")
            continue
        inner.require_known(_TOOL_KEYS, "key of a tool")
        strict = bool(inner.boolean("strict"))
        function: dict[str, object] = {"name": name}
        if (description := inner.text("description")) is not None:
            function["description"] = description
        if (parameters := inner.present("parameters")) is not None:
            function["parameters"] = object_schema(inner, parameters, strict=strict)
        functions.append({**function, **({"strict": True} if strict else {})})
    return plain_node(functions, node)


_TOOL_KEYS = ("name", "kind", "description", "parameters", "strict")


def _outputs(reader: Reader, outputs: Node, inputs: Inputs) -> Iterator[tuple[str, Node]]:
    """The schema of the answer in the second generation; the first only described it."""
    if outputs.kind == "scalar" and "${file:" not in str(outputs.value):
        reader.add(outputs.location, "outputs must be a list of properties")
    bodies = [body for _, _, body in named_items(outputs)]
    if bodies and all(body.kind == "mapping" and body.get("kind") is not None for body in bodies):
        schema = object_schema(reader, outputs, strict=True)
        wrapped = {"name": "structured_output", "strict": True, "schema": schema}
        yield (
            "response_format",
            plain_node({"type": "json_schema", "json_schema": wrapped}, outputs),
        )
    elif bodies:
        message = "outputs without `kind` describe the answer, and are not sent"
        inputs.note(outputs.location, message, "name a kind for each to demand them")


def _take_sample(inputs: Inputs, reader: Reader, sample: Node) -> None:
    if sample.kind == "scalar" and isinstance(sample.value, str):
        inputs.note(sample.location, f"the sample {sample.raw} is another file, and not read")
        return
    for key, value in sample.value if reader.expect("sample", "mapping") else ():
        inputs.add_example(str(key.value), value)


def _first(node: Node | None, key: str) -> Node | None:
    value = node.get(key) if node is not None and node.kind == "mapping" else None
    return value if value is not None and isinstance(value.value, str) else None
