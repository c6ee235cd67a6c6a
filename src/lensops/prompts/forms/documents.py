"""YAML prompt files: own sections, `messages:`, LangChain, and f-string sections, by their keys."""

from __future__ import annotations

from lensops.errors import Problem
from lensops.manifest import Node, read_yaml
from lensops.prompts.forms.nodes import translate
from lensops.prompts.forms.structured import KEYS, SECTIONS, build_prompt
from lensops.prompts.value import ROLES, Prompt

KEYS_OF_OWN = {*SECTIONS, *KEYS}


def parse_yaml(data: bytes, path: str, version: str, template: str = "") -> Prompt:
    """The prompt of a YAML file. Raises `Invalid` with every problem of it."""
    node = read_yaml(data, path)
    if node.kind == "mapping" and any(key.value not in KEYS_OF_OWN for key, _ in node.value):
        from lensops.prompts.forms.fstring import is_named_texts, parse_named_texts
        from lensops.prompts.forms.langchain import is_langchain, parse_langchain

        if is_langchain(node):
            return parse_langchain(node, version)
        if is_named_texts(node):
            return parse_named_texts(node, version, template)
    problems: list[Problem] = []
    if template == "f-string":
        node = translate_document(node, template, problems)
    return build_prompt(node, version, problems)


def translate_document(node: Node, language: str, problems: list[Problem]) -> Node:
    """The document with the texts of its messages in lensops' own template language."""
    if node.kind != "mapping":
        return node
    pairs = tuple(
        (key, _section(str(key.value), value, language, problems)) for key, value in node.value
    )
    return node._replace(value=pairs)


def _section(key: str, value: Node, language: str, problems: list[Problem]) -> Node:
    if key in ROLES:
        return translate(value, language, problems)
    if key == "messages" and value.kind == "sequence":
        items = tuple(_message(item, language, problems) for item in value.value)
        return value._replace(value=items)
    return value


def _message(item: Node, language: str, problems: list[Problem]) -> Node:
    if item.kind != "mapping":
        return item
    pairs = tuple(
        (key, translate(value, language, problems) if key.value == "content" else value)
        for key, value in item.value
    )
    return item._replace(value=pairs)
