"""Nodes made of other forms: they become sections of lensops, read by the same strict readers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lensops.errors import Invalid, Location, Problem
from lensops.manifest import Node, read_yaml
from lensops.prompts.forms.messages import location_inside, normalise_text
from lensops.prompts.template import TemplateFault

_FRONT = r"(?sm)\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)"


def mapping_node(pairs: Iterable[tuple[str, Node]], location: Location) -> Node:
    """A mapping; each key stands where its value does."""
    keyed = tuple((scalar_node(key, value.location), value) for key, value in pairs)
    return Node("mapping", keyed, location, 0, 0)


def sequence_node(items: Iterable[Node], location: Location) -> Node:
    """A list."""
    return Node("sequence", tuple(items), location, 0, 0)


def scalar_node(value: object, location: Location) -> Node:
    """A value that stands at a location."""
    raw = str(value)
    return Node("scalar", value, location, 0, len(raw), raw=raw)


def message_node(role: str, content: Node) -> Node:
    """A message of a role."""
    pairs = [("role", scalar_node(role, content.location)), ("content", content)]
    return mapping_node(pairs, content.location)


def text_node(text: str, path: str, line: int) -> Node:
    """A text of a file that begins on a line."""
    return Node("scalar", text, Location(path, line, 1), 0, len(text), raw=text)


def translate(node: Node, language: str, problems: list[Problem]) -> Node:
    """The text of a node in lensops' own template language; what cannot be said is a problem."""
    if node.kind != "scalar" or not isinstance(node.value, str):
        return node  # the reader of messages says what is wrong
    from lensops.prompts.languages import LANGUAGES  # most files need no other language

    text = normalise_text(node.value)
    template, faults = LANGUAGES[language](text)
    for fault in faults:
        where = location_inside(node, text, TemplateFault(fault.token, fault.start))
        token = fault.token if len(fault.token) < 40 else fault.token[:37] + "…"
        problems.append(Problem(where, f"{token!r} is {fault.what}", fault.hint))
    plain = str(template) if not faults else "-"  # the problems are there already
    return node._replace(value=plain, raw="")


def split_front_matter(text: str, path: str, skipped: int = 0) -> tuple[Node | None, str, int]:
    """The YAML between `---` lines at the beginning, the rest, and the line where it begins.

    `skipped` lines stand before the text. Raises `Invalid` when the YAML is none, or no mapping.
    """
    match = re.match(_FRONT, text)
    if not match:
        return None, text, skipped + 1
    body_line = text.count("\n", 0, match.end()) + skipped + 1
    if not match[1].strip():
        return None, text[match.end() :], body_line
    above = "\n" * (skipped + 1)  # the dashes have a line as well
    node = read_yaml(f"{above}{match[1]}".encode(), path)
    if node.kind != "mapping":
        raise Invalid((Problem(node.location, "front matter is a mapping of keys"),))
    return node, text[match.end() :], body_line
