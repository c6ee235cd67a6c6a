"""Templates of messages: text with `{{ name }}`, a backslash in front of literal braces.

The application has no other package of lensops, so this is a reader of its own; a test holds it to
`lensops.prompts.template`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NAME = r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}"
_TOKEN = re.compile(rf"(?P<slashes>\\*)(?:(?P<hole>{_NAME})|\{{\{{|\{{%)")
_HOLE = re.compile(_NAME)
_LEGACY = re.compile(_NAME)  # 0.1 knew no literal braces


@dataclass(frozen=True, slots=True)
class Template:
    """The text of a message, split at its variables: text, name, text, name, …, text."""

    parts: tuple[str, ...]

    def fill(self, values: Mapping[str, Any]) -> str:
        """The text. What a value contains is never read as a variable."""
        filled = list(self.parts)
        for index in range(1, len(filled), 2):
            filled[index] = str(values[filled[index]])
        return "".join(filled)


def split_template(text: str, *, legacy: bool = False) -> Template:
    """The template of a text in the spelling of a release."""
    if legacy:
        return Template(tuple(_LEGACY.split(text)))
    parts, position = [""], 0
    while match := _TOKEN.search(text, position):
        slashes, opened = match["slashes"], match.end("slashes")
        parts[-1] += text[position : match.start()] + "\\" * (len(slashes) // 2)
        if len(slashes) % 2:
            is_brace = text.startswith("{{{", opened) and _HOLE.match(text, opened + 1)
            position = opened + (1 if is_brace else 2)
            parts[-1] += text[opened:position]
        elif match["hole"]:
            parts += [match[3], ""]
            position = match.end()
        else:
            parts[-1] += text[opened : match.end()]
            position = match.end()
    parts[-1] += text[position:]
    return Template(tuple(parts))
