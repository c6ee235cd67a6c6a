"""Nodes of a prompt: a section for each role, or `messages:` as GitHub Models has them."""

from __future__ import annotations

from lensops.errors import Invalid, Problem
from lensops.manifest import Node
from lensops.prompts.forms.messages import read_messages, read_template
from lensops.prompts.forms.reader import Reader
from lensops.prompts.forms.settings import (
    FORMATS,
    PARAMETERS,
    SCHEMAS,
    read_model,
    read_parameters,
    read_response_format,
    read_tools,
)
from lensops.prompts.value import ROLES, Message, Prompt

METADATA = ("name", "description", "authors", "testData", "evaluators")  # outside of the digest
ABOUT: tuple[str, ...] = ("title", "id", "uuid", "version", "author", "tags", "category", "date")
ABOUT += ("created", "created_at", "updated_at", "references", "metadata")  # in forms of others
_SHARED = ("model", "tools", *METADATA)
SECTIONS = (*ROLES, PARAMETERS[0], SCHEMAS[0], FORMATS[0], *_SHARED)
KEYS = ("messages", *PARAMETERS, *SCHEMAS, *FORMATS, *_SHARED)


def build_prompt(node: Node, version: str, problems: list[Problem]) -> Prompt:
    """The prompt of a mapping of sections, or of one with `messages:`.

    Raises `Invalid` with the problems that were met before and all of its own.
    """
    if node.kind != "mapping":
        hint = "write `user: |` and the text below it"
        raise Invalid((Problem(node.location, "a prompt file is a mapping of sections", hint),))
    reader = Reader(node, problems)
    has_list = node.get("messages") is not None
    reader.require_known(KEYS if has_list else SECTIONS, "key" if has_list else "section")
    messages = _listed_messages(reader) if has_list else _role_sections(reader)
    prompt = Prompt(
        version,
        messages,
        read_model(reader),
        read_parameters(reader),
        read_response_format(reader),
        read_tools(reader),
    )
    if not messages and not reader.problems:
        reader.add(node.location, "the prompt has no message", "add `user: |` and the text below")
    if reader.problems:
        raise Invalid(tuple(dict.fromkeys(reader.problems)))
    return prompt


def _listed_messages(reader: Reader) -> tuple[Message, ...]:
    node = reader.node.get("messages")
    return read_messages(reader, node) if node is not None else ()


def _role_sections(reader: Reader) -> tuple[Message, ...]:
    """The sections in their order in the file, which is that of the conversation."""
    messages = []
    for key, value in reader.node.value:
        if key.value == "tool":
            hint = "write `messages:` with `role`, `content` and `tool_call_id`"
            reader.add(key.location, "a tool section cannot name the call that it answers", hint)
        elif key.value in ROLES:
            content = read_template(reader, value, key.value, key.location)
            messages.append(Message(key.value, content))
    return tuple(messages)
