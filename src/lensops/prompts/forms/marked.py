"""Texts with role markers, as `.prompty` and `.prompt` have them: front matter and messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lensops.errors import Invalid, Location, Problem
from lensops.manifest import Node
from lensops.prompts.forms.messages import normalise_text, read_lines
from lensops.prompts.forms.nodes import (
    mapping_node,
    message_node,
    sequence_node,
    split_front_matter,
    text_node,
    translate,
)
from lensops.prompts.forms.structured import build_prompt
from lensops.prompts.value import Prompt

_ABOVE = re.compile(r"(?:(?:#.*|[ \t]*)\n)*(?=---[ \t]*\n)")  # a licence, say


@dataclass(frozen=True, slots=True)
class Marked:
    """A file in two parts: its front matter, and a body that begins on a line."""

    path: str
    front: Node | None
    body: str
    line: int

    @classmethod
    def read(cls, data: bytes, path: str) -> Marked:
        """Raises `Invalid` for a front matter that is no YAML, or that nothing ends."""
        text = read_lines(data, path)
        above = _ABOVE.match(text)
        skipped = above[0].count("\n") if above else 0
        text = text[above.end() :] if above else text
        front, body, line = split_front_matter(text, path, skipped)
        if above and line == skipped + 1:
            where, message = Location(path, line, 1), "the front matter has no end"
            raise Invalid((Problem(where, message, "close it with a line `---`"),))
        return cls(path, front, body, line)

    def location_at(self, position: int) -> Location:
        """The line of a place in the body."""
        return Location(self.path, self.line + self.body.count("\n", 0, position))

    def build(
        self,
        messages: Iterable[Node],
        settings: Iterable[tuple[str, Node]],
        version: str,
        problems: list[Problem],
    ) -> Prompt:
        """The prompt of messages and settings. Raises `Invalid` with every problem."""
        listed = sequence_node(messages, Location(self.path, self.line, 1))
        pairs = [*settings, ("messages", listed)]
        return build_prompt(mapping_node(pairs, Location(self.path, 1, 1)), version, problems)


@dataclass(frozen=True, slots=True)
class Markers:
    """How a form marks roles: a pattern whose first group is the role, and what roles mean."""

    pattern: re.Pattern[str]
    first: str  # the role of what stands before the first marker
    roles: Mapping[str, str]
    language: str


def split_messages(marked: Marked, markers: Markers, problems: list[Problem]) -> Iterator[Node]:
    """The messages; a marker that no text follows is a problem."""
    role, start, marker = markers.first, 0, None
    body = marked.body
    for match in [*markers.pattern.finditer(body), None]:
        text = body[start : match.start() if match else len(body)]
        stripped = normalise_text(text).strip("\n")
        if stripped.strip():
            begin = start + len(text) - len(text.lstrip("\n"))
            node = text_node(stripped, marked.path, marked.line + body.count("\n", 0, begin))
            yield message_node(role, translate(node, markers.language, problems))
        elif marker is not None:
            where = marked.location_at(marker.start() + _indent(marker[0]))
            message = f"no text follows the marker of the role {marker[1]!r}"
            problems.append(Problem(where, message, "write the text, or remove the marker"))
        if match:
            marker, start = match, match.end()
            role = markers.roles.get(match[1].lower(), match[1])


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
