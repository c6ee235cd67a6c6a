"""LangChain's serialised prompts, YAML or JSON: `prompt`, `chat prompt`, and constructors."""

from __future__ import annotations

from collections.abc import Iterator

from lensops.errors import Problem
from lensops.manifest import Node
from lensops.prompts.forms.nodes import (
    mapping_node,
    message_node,
    sequence_node,
    translate,
)
from lensops.prompts.forms.reader import Reader
from lensops.prompts.forms.structured import build_prompt
from lensops.prompts.languages import LANGUAGES
from lensops.prompts.value import Prompt

_KEYS = ("_type", "input_variables", "template", "template_format", "output_parser")
_IGNORED = ("validate_template", "partial_variables", "input_types", "metadata", "tags", "name")
_ROLES = {
    "SystemMessagePromptTemplate": "system",
    "HumanMessagePromptTemplate": "user",
    "AIMessagePromptTemplate": "assistant",
}

_TEMPLATES = ("ChatPromptTemplate", "PromptTemplate")


def is_langchain(node: Node) -> bool:
    """Whether a document is a prompt of LangChain."""
    if node.kind != "mapping":
        return False
    kind = node.get("_type")
    if kind is not None and isinstance(kind.value, str) and "prompt" in kind.value:
        return True
    return node.get("lc") is not None or (
        node.get("template") is not None and node.get("input_variables") is not None
    )


def parse_langchain(node: Node, version: str) -> Prompt:
    """The prompt of such a document. Raises `Invalid` with every problem of it."""
    problems: list[Problem] = []
    messages = list(_messages(node, problems))
    body = mapping_node([("messages", sequence_node(messages, node.location))], node.location)
    return build_prompt(body, version, problems)


def _messages(node: Node, problems: list[Problem]) -> Iterator[Node]:
    """The messages of a prompt or of a chat prompt, with every constructor unwrapped."""
    inner, kind = _unwrap(node)
    if inner.kind != "mapping":
        return
    if kind not in ("", *_ROLES, *_TEMPLATES):
        hint = f"known: {', '.join((*_ROLES, *_TEMPLATES))}"
        problems.append(Problem(node.location, f"{kind} is not read", hint))
        return
    listed = inner.get("messages")
    if listed is None:
        role = _ROLES.get(kind, "user")
        prompt = inner.get("prompt")
        if prompt is None:
            yield from _text(inner, role, problems)
            return
        text, name = _unwrap(prompt)
        if name in ("", "PromptTemplate"):
            yield from _text(text, role, problems)
        else:
            problems.append(Problem(prompt.location, f"{name} is not read", "PromptTemplate is"))
        return
    for item in listed.value if listed.kind == "sequence" else ():
        message, name = _unwrap(item)
        if name in _ROLES or message.get("prompt") is not None or message.get("template"):
            yield from _messages(item, problems)
        else:
            what = name or "message"
            hint = "the application has to send it"
            problems.append(Problem(item.location, f"{what} has no text of its own", hint))


def _text(node: Node, role: str, problems: list[Problem]) -> Iterator[Node]:
    reader = Reader(node, problems)
    reader.require_known((*_KEYS, *_IGNORED), "key of a prompt of LangChain")
    for key in ("output_parser", "partial_variables"):
        value = reader.present(key)
        if value is not None and value.value not in ({}, (), [], None):
            reader.add(value.location, f"{key} is code or a value of the application", "remove it")
    language = str(_value(node, "template_format") or "f-string").replace("mustache", "handlebars")
    template = reader.present("template")
    if template is None:
        reader.add(node.location, "the prompt has no template", "write `template:`")
    elif language not in LANGUAGES:
        reader.add(template.location, f"template_format {language!r} is not known")
    else:
        yield message_node(role, translate(template, language, problems))


def _unwrap(node: Node) -> tuple[Node, str]:
    """What a constructor is called with, and the name of its class."""
    identity, arguments = node.get("id"), node.get("kwargs")
    if identity is None or arguments is None or identity.kind != "sequence":
        return node, ""
    return arguments, str(identity.value[-1].value) if identity.value else ""


def _value(node: Node, key: str) -> object:
    child = node.get(key)
    return None if child is None else child.value
