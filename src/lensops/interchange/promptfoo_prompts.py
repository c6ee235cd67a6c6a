"""The prompts of a promptfoo configuration: written in it, or in text, JSON and YAML files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lensops.errors import Invalid, Location, UserError
from lensops.interchange.bundle import Bundle
from lensops.interchange.prompt_file import ROLES
from lensops.interchange.source import Source, json_node
from lensops.interchange.templates import shorten, translate_text
from lensops.manifest import Node, read_yaml

_FILES = (".txt", ".md", ".json", ".yaml", ".yml", ".j2")
_DOCUMENTS = (".json", ".yaml", ".yml")
_SEPARATOR = "\n---\n"


@dataclass(frozen=True, slots=True)
class Variant:
    """One prompt of the comparison."""

    label: str
    messages: tuple[tuple[str, str], ...]
    location: Location


def variants(source: Source, node: Node, bundle: Bundle) -> Iterator[Variant]:
    """The prompts that can come over; the others are refused with their place."""
    prompts = node.get("prompts")
    if prompts is None:
        return
    items: tuple[Node, ...] = prompts.value if prompts.kind == "sequence" else (prompts,)
    for item in items:
        entry = next((item.get(key) for key in ("raw", "id") if item.get(key)), item)
        if entry is None or not isinstance(entry.value, str):
            bundle.refuse("prompt", "prompt", item.location, "it is neither a text nor a file")
            continue
        label = item.get("label")
        name = str(label.value) if label is not None else shorten(entry.value, 40)
        for text, location in _texts(source, entry, bundle):
            is_document = location.path != source.path and location.path.endswith(_DOCUMENTS)
            yield from _variant(name, text, location, bundle, is_document=is_document)


def _texts(source: Source, entry: Node, bundle: Bundle) -> Iterator[tuple[str, Location]]:
    """The texts that an entry stands for, each where it begins."""
    value = str(entry.value)
    path = value.removeprefix("file://")
    is_file = path != value or ("\n" not in value and path.endswith(_FILES) and "{" not in value)
    if not is_file:
        inside = entry.raw[:1] in {"|", ">"}
        location = entry.location._replace(line=(entry.location.line or 0) + 1, column=None)
        yield value, location if inside and entry.location.line else entry.location
        return
    if not path.endswith(_FILES):
        bundle.refuse("prompt", path, entry.location, "it runs code; prompts are texts")
        return
    try:
        for file in source.matching(path):
            yield from _file_texts(file)
    except UserError as error:
        bundle.refuse("prompt", path, entry.location, error.message)


def _file_texts(file: Source) -> Iterator[tuple[str, Location]]:
    """The whole of a document, or the parts of a text between dashes."""
    text = file.text()
    if file.path.endswith(_DOCUMENTS):
        yield text, Location(file.path, 1)
        return
    line = 1
    for part in text.split(_SEPARATOR):
        yield part.strip("\n"), Location(file.path, line)
        line += part.count("\n") + 2


def _variant(
    name: str, text: str, location: Location, bundle: Bundle, *, is_document: bool
) -> Iterator[Variant]:
    messages = _messages(text, location, is_document=is_document)
    if isinstance(messages, str):
        bundle.refuse("prompt", name, location, messages)
        return
    translated: list[tuple[str, str]] = []
    for role, content in messages:
        own, fault = translate_text(content)
        if fault:
            line = None if location.line is None else location.line + fault[0]
            place = location._replace(line=line, column=None)
            bundle.refuse("prompt", name, place, fault[1])
            return
        translated.append((role, own))
    yield Variant(name, tuple(translated), location)


def _messages(
    text: str, location: Location, *, is_document: bool
) -> tuple[tuple[str, str], ...] | str:
    """Role and content of each message, or the reason why they cannot be read."""
    if not is_document and text.lstrip()[:1] != "[":
        return (("user", text),)
    try:
        is_json = text.lstrip()[:1] in {"[", "{"}
        node = (json_node if is_json else read_yaml)(text.encode(), location.path)
        messages = node.plain()
    except Invalid:
        return "it is not a list of messages" if is_document else (("user", text),)
    if not isinstance(messages, list) or not messages:
        return "it is not a list of messages"
    pairs = []
    for message in messages:
        if not isinstance(message, dict) or set(message) != {"role", "content"}:
            return "a message has a role and a content, and nothing else"
        if message["role"] not in ROLES or not isinstance(message["content"], str):
            return f"the role {message['role']!r} with such a content is not known"
        pairs.append((message["role"], message["content"]))
    return tuple(pairs)
