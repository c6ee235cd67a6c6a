"""Plain text, `.md` and `.txt`: one message, whose role the name or the front matter says."""

from __future__ import annotations

from lensops.errors import Invalid, Location, Problem
from lensops.files import decode
from lensops.files.text import BOM
from lensops.manifest import Node
from lensops.prompts.forms.messages import normalise_text
from lensops.prompts.forms.nodes import (
    mapping_node,
    message_node,
    sequence_node,
    split_front_matter,
    text_node,
    translate,
)
from lensops.prompts.forms.reader import Reader
from lensops.prompts.forms.structured import METADATA, build_prompt
from lensops.prompts.value import ROLES, Prompt

_SETTINGS = ("model", "parameters", "modelParameters", "output_schema", "response_format", "tools")


def parse_text(
    data: bytes, path: str, version: str, template: str = "", role: str = "user"
) -> Prompt:
    """The prompt of a text file. Raises `Invalid` with every problem of it."""
    text = normalise_text(decode(data, path).removeprefix(BOM))
    front, body, line = _front_and_body(text, path)
    stripped = body.strip("\n") if front is not None else body
    if not stripped.strip():
        raise Invalid((Problem(Location(path), "the file is empty"),))
    problems: list[Problem] = []
    pairs: list[tuple[str, Node]] = []
    if front is not None:
        role = _role(front, role, problems)
        line += len(body) - len(body.lstrip("\n"))
        pairs += [(k.value, v) for k, v in front.value if k.value in _SETTINGS]
    content = text_node(stripped, path, line)
    if template:
        content = translate(content, template, problems)
    messages = sequence_node([message_node(role, content)], content.location)
    node = mapping_node([*pairs, ("messages", messages)], content.location)
    return build_prompt(node, version, problems)


def _front_and_body(text: str, path: str) -> tuple[Node | None, str, int]:
    """Front matter and body; dashes around what is no mapping are text."""
    try:
        front, body, line = split_front_matter(text, path)
    except Invalid:
        return None, text, 1
    return (front, body, line) if front is not None else (None, text, 1)


def _role(front: Node, role: str, problems: list[Problem]) -> str:
    reader = Reader(front, problems)
    reader.require_known(("role", *_SETTINGS, *METADATA), "key of a front matter")
    declared = reader.text("role")
    if declared is not None and declared not in ROLES:
        where = front.get("role") or front
        reader.add(where.location, f"role {declared!r} is not known", "known: " + ", ".join(ROLES))
        return role
    return declared or role
