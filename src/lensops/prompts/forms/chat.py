"""JSON: a list of messages, a whole request body, LangChain's prompts, or named texts."""

from __future__ import annotations

import json
import re

from lensops.errors import Invalid, Location, Problem
from lensops.files import decode
from lensops.manifest import Node, read_yaml
from lensops.prompts.forms.documents import translate_document
from lensops.prompts.forms.fstring import is_named_texts, parse_named_texts
from lensops.prompts.forms.langchain import is_langchain, parse_langchain
from lensops.prompts.forms.nodes import mapping_node
from lensops.prompts.forms.settings import FORMATS
from lensops.prompts.forms.structured import METADATA, build_prompt
from lensops.prompts.value import Prompt

_PAIR = re.compile(
    rb"(?<!\\)(?P<slashes>(?:\\\\)*)"
    rb"\\u(?P<high>d[89ab][0-9a-f]{2})\\u(?P<low>d[c-f][0-9a-f]{2})",
    re.IGNORECASE,
)
_PARTS = ("messages", "model", "tools", *FORMATS)


def parse_chat(data: bytes, path: str, version: str, template: str = "") -> Prompt:
    """The prompt of a JSON file; `template` is the language that the manifest declares.

    Raises `Invalid` with every problem of it.
    """
    decode(data, path)
    try:
        json.loads(data)
    except (ValueError, RecursionError) as error:
        where = Location(path, getattr(error, "lineno", None), getattr(error, "colno", None))
        raise Invalid((Problem(where, f"not JSON: {error}"),)) from None
    node = read_yaml(as_yaml(data), path)
    if is_langchain(node):
        return parse_langchain(node, version)
    if node.kind == "sequence":
        node = mapping_node([("messages", node)], node.location)
    elif node.kind == "mapping" and node.key("messages") is None and is_named_texts(node):
        return parse_named_texts(node, version, template)
    elif node.kind != "mapping" or node.get("messages") is None:
        hint = 'write [{"role": "user", "content": "…"}] or {"messages": […]}'
        raise Invalid((Problem(node.location, "there are no messages", hint),))
    problems: list[Problem] = []
    if template == "f-string":
        node = translate_document(node, template, problems)
    return build_prompt(_request(node), version, problems)


def as_yaml(data: bytes) -> bytes:
    """JSON as YAML reads it: blanks for tabs, and characters for their two halves."""
    return _PAIR.sub(_join_halves, data.replace(b"\t", b" "))


def _join_halves(match: re.Match[bytes]) -> bytes:
    high, low = int(match["high"], 16), int(match["low"], 16)
    character = chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return match["slashes"] + character.encode()


def _request(node: Node) -> Node:
    """A request body with its parameters in a section of their own."""
    parts = [(k.value, v) for k, v in node.value if k.value in (*_PARTS, *METADATA)]
    rest = tuple((k, v) for k, v in node.value if k.value not in (*_PARTS, *METADATA))
    if rest:
        parts.append(("parameters", Node("mapping", rest, node.location, 0, 0)))
    return mapping_node(parts, node.location)
