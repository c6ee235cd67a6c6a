"""Plain text, `.md` and `.txt`: one message, whose role the name or the front matter says."""

from __future__ import annotations

import re

from lensops.errors import Invalid, Location, Problem
from lensops.manifest import Node
from lensops.prompts.forms.inputs import Inputs
from lensops.prompts.forms.messages import read_lines
from lensops.prompts.forms.nodes import (
    mapping_node,
    message_node,
    sequence_node,
    split_front_matter,
    text_node,
    translate,
)
from lensops.prompts.forms.properties import VARIABLES, read_inputs
from lensops.prompts.forms.reader import Reader
from lensops.prompts.forms.structured import ABOUT, METADATA, build_prompt
from lensops.prompts.value import ROLES, Prompt

_HEAD = re.compile(
    r"\A(?P<above>\s*\n|)---[ \t]*\n(?P<head>(?:(?!---[ \t]*(?:\n|\Z)).*(?:\n|\Z))*)"
)
_TOML = re.compile(r"\A\s*\+\+\+[ \t]*\n(?=[\w.-]+[ \t]*=)")
_SETTING = re.compile(r"\A\s*(?:#.*\n\s*)*[\"']?[A-Za-z_$][\w.-]*[\"']?[ \t]*:(?:\s|\Z)")
_SETTINGS = ("model", "parameters", "modelParameters", "output_schema", "response_format", "tools")


def parse_text(
    data: bytes, path: str, version: str, template: str = "", role: str = "user"
) -> Prompt:
    """The prompt of a text file. Raises `Invalid` with every problem of it."""
    text = read_lines(data, path).removesuffix("\n")
    front, body, line = _front_and_body(text, path)
    stripped = body.strip("\n") if front is not None else body
    if not stripped.strip():
        raise Invalid((Problem(Location(path), "the file is empty"),))
    problems: list[Problem] = []
    pairs: list[tuple[str, Node]] = []
    inputs = Inputs(problems)
    if front is not None:
        role = _role(front, role, problems)
        read_inputs(inputs, next((front.get(k) for k in VARIABLES if front.get(k)), None))
        line += len(body) - len(body.lstrip("\n"))
        pairs += [(k.value, v) for k, v in front.value if k.value in _SETTINGS]
    content = text_node(stripped, path, line)
    if template == "f-string":
        content = translate(content, template, problems)
    messages = sequence_node([message_node(role, content)], content.location)
    node = mapping_node([*pairs, ("messages", messages)], content.location)
    return inputs.attach_to(build_prompt(node, version, problems))


def _front_and_body(text: str, path: str) -> tuple[Node | None, str, int]:
    """Front matter and body; dashes around what holds no setting are text.

    Raises `Invalid` for settings that are no YAML, or that nothing ends.
    """
    if toml := _TOML.match(text):
        where = Location(path, text.count("\n", 0, toml.end()) + 1, 1)
        hint = "write it as YAML between lines `---`"
        raise Invalid((Problem(where, "settings in TOML are not read", hint),))
    head = _HEAD.match(text)
    if head is None or (head["head"].strip() and not _SETTING.search(head["head"])):
        return None, text, 1
    skipped = head["above"].count("\n")
    front, body, line = split_front_matter(text[head.end("above") :], path, skipped)
    if not head["head"].strip():
        return (None, text, 1) if line == skipped + 1 else (None, body, line)
    if front is None:
        message = "the front matter has no end"
        raise Invalid((Problem(Location(path, 1, 1), message, "close it with a line `---`"),))
    return front, body, line


def _role(front: Node, role: str, problems: list[Problem]) -> str:
    reader = Reader(front, problems)
    reader.require_known(
        ("role", *_SETTINGS, *VARIABLES, *METADATA, *ABOUT), "key of a front matter"
    )
    declared = reader.text("role")
    if declared is not None and declared not in ROLES:
        where = front.get("role") or front
        reader.add(where.location, f"role {declared!r} is not known", "known: " + ", ".join(ROLES))
        return role
    return declared or role
