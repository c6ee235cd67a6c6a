"""A YAML value that knows its line, column and span in the text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from lensops.errors import Location


class Node(NamedTuple):
    """A YAML value and its place: a scalar, a tuple of nodes, or of (key, value) pairs."""

    kind: str  # scalar, sequence, mapping
    value: Any
    location: Location
    start: int  # characters from the beginning of the text, properties such as anchors left out
    end: int
    size: int = 1
    raw: str = ""  # the text as it is written

    def plain(self) -> Any:
        """The value as Python's own scalars, lists and dicts."""
        if self.kind == "mapping":
            return {key.value: value.plain() for key, value in self.value}
        if self.kind == "sequence":
            return [item.plain() for item in self.value]
        return self.value

    def get(self, *path: str | int) -> Node | None:
        """The node under a path of keys and indexes, or None."""
        node: Node | None = self
        for step in path:
            node = node._child(step) if node is not None else None
        return node

    def key(self, name: str) -> Node | None:
        """The node of a mapping's key, for places of keys rather than values."""
        keys = (key for key, _ in self.value) if self.kind == "mapping" else ()
        return next((key for key in keys if key.value == name), None)

    def _child(self, step: str | int) -> Node | None:
        if self.kind == "mapping":
            return next((value for key, value in self.value if key.value == step), None)
        if self.kind == "sequence" and isinstance(step, int) and step < len(self.value):
            node: Node = self.value[step]
            return node
        return None


def location_of(node: Node, keys: Iterable[str | int]) -> Location:
    """The place of the value under `keys`, or of the nearest key that exists."""
    location = node.location
    for key in keys:
        child = node.get(key)
        if child is None:
            break
        own_key = node.key(key) if isinstance(key, str) else None
        inline = child.kind == "scalar" or own_key is None
        location = child.location if inline or own_key is None else own_key.location
        node = child
    return location
