"""Manifests of many commits, read once for all that differ in plain values alone.

Of a manifest history needs which version is active, and most commits change that one word. Words
and numbers that stand alone behind a key are taken out of the text; what is left is the template,
and each template is parsed once, whatever the words were.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import uuid4

from lensops.errors import UserError
from lensops.manifest import Node, read_yaml

T = TypeVar("T")
Fill = Callable[[str], str]

_READ = ("active", "renamed_from")  # keys whose words are asked for; others may be any word
_KEPT = "path"  # its text says where files lie: it stays in the template
_LINE = re.compile(
    rb"^(?P<start>[ ]+(?P<key>[A-Za-z0-9_.-]+):[ ]+)"
    rb"(?P<word>[A-Za-z_][A-Za-z0-9_.-]*|(?P<number>[0-9]+(?:\.[0-9]+)?))(?P<end>[ ]*(?:#.*)?\r?)$",
    re.MULTILINE,
)
# words that are no text to YAML, of this or of an older version
_TYPED = frozenset([b"true", b"false", b"yes", b"no", b"on", b"off", b"null", b"y", b"n"])
_MARK = f"w{uuid4().hex}"  # no manifest has this word
_MARKED = re.compile(_MARK + r"x([0-9]+)x")


@dataclass(slots=True)
class ManifestTemplates(Generic[T]):
    """Reads manifests by `select`, which gets the nodes, and a function that fills in the words."""

    select: Callable[[Node, Fill], T]
    nodes: dict[bytes, Node | None] = field(default_factory=dict)

    def select_from(self, data: bytes, name: str) -> T:
        """What `select` makes of a manifest. Raises `UserError` when it is no YAML."""
        template, taken = split_words(data)
        if template not in self.nodes:
            try:
                self.nodes[template] = read_yaml(template, name)
            except UserError:
                self.nodes[template] = None
        node = self.nodes[template]
        if node is None:  # the error is that of the text as it was written
            return self.select(read_yaml(data, name), str)
        return self.select(node, lambda text: fill_words(text, taken))


def split_words(data: bytes) -> tuple[bytes, list[str]]:
    """The template of a manifest, and the words that were taken out of it."""
    taken: list[str] = []

    def take(match: re.Match[bytes]) -> bytes:
        key, word = match["key"].decode(), match["word"]
        if key == _KEPT or word.lower() in _TYPED or (key in _READ and match["number"]):
            return match[0]
        if key in _READ:
            taken.append(word.decode())
            return match["start"] + f"{_MARK}x{len(taken) - 1}x".encode() + match["end"]
        return match["start"] + (b"0" if match["number"] else b"w") + match["end"]

    return _LINE.sub(take, data), taken


def fill_words(text: str, taken: list[str]) -> str:
    """A text of the template with its words back in."""
    return _MARKED.sub(lambda match: taken[int(match[1])], text)
