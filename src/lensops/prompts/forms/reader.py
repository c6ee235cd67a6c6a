"""Read values of a YAML prompt file by type, keeping each problem with its exact place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from lensops.errors import Location, Problem
from lensops.manifest import Node, suggestion


class Reader:
    """A mapping of a prompt file on its way to values; `problems` are shared by all readers."""

    def __init__(self, node: Node, problems: list[Problem]) -> None:
        self.node, self.problems = node, problems

    def add(self, location: Location, message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(location, message, hint))

    def require_known(self, names: Iterable[str], what: str) -> None:
        """A problem for each key that is none of the names, or for what is no mapping."""
        allowed = tuple(names)
        if self.node.kind != "mapping":
            shown = self.node.raw or f"this {self.node.kind}"
            hint = "a mapping of " + ", ".join(allowed[:4])
            self.add(self.node.location, f"{shown} has no {what}", hint)
            return
        for key, _ in self.node.value:
            if key.value not in allowed:
                hint = suggestion(key.value, allowed) or "known: " + ", ".join(allowed)
                self.add(key.location, f"unknown {what} {key.value!r}", hint)

    def text(self, name: str, label: str | None = None) -> str | None:
        """Text that is not empty; None where there is none."""
        node = self.present(name)
        if node is None:
            return None
        if not isinstance(node.value, str) or node.kind != "scalar":
            hint = "write it in quotes" if node.kind == "scalar" else f"not a {node.kind}"
            self.add(node.location, f"{label or name} must be text", hint)
        elif not node.value.strip():
            self.add(node.location, f"{label or name} is empty", "remove the key")
        else:
            return node.value
        return None

    def boolean(self, name: str) -> bool | None:
        node = self.present(name)
        if node is None or isinstance(node.value, bool):
            return node.value if node is not None else None
        self.add(node.location, f"{name} must be true or false")
        return None

    def mapping(self, name: str) -> Mapping[str, Any] | None:
        """A JSON mapping; None where there is none."""
        node = self.present(name)
        if node is None:
            return None
        if node.kind != "mapping":
            self.add(node.location, f"{name} must be a JSON mapping")
            return None
        value: Mapping[str, Any] | None = self.json(node, name)
        return value

    def json(self, node: Node, name: str) -> Any:
        """The JSON value of a node: numbers that JSON has no word for are problems."""
        count = len(self.problems)
        self._require_finite(node, name)
        return node.plain() if len(self.problems) == count else None

    def present(self, name: str) -> Node | None:
        """The node under a key; None also where the value is left out."""
        node = self.node.get(name)
        return None if node is None or (node.kind == "scalar" and node.value is None) else node

    def expect(self, name: str, kind: str) -> Node | None:
        """The node under a key; a problem where it is not of this kind of node."""
        node = self.present(name)
        if node is not None and node.kind != kind:
            word = {"sequence": "list", "scalar": "word"}.get(kind, kind)
            self.add(node.location, f"{name} must be a {word}")
            return None
        return node

    def first(self, names: Iterable[str]) -> str | None:
        """The one of several spellings of a key that is there; a problem when there are two."""
        spelled = [name for name in names if self.node.get(name) is not None]
        for name in spelled[1:]:
            key = self.node.key(name)
            location = key.location if key else self.node.location
            self.add(location, f"{name!r} says the same as {spelled[0]!r}", "keep one of them")
        return spelled[0] if spelled else None

    def _require_finite(self, node: Node, name: str) -> None:
        if node.kind == "mapping":
            for _, value in node.value:
                self._require_finite(value, name)
        elif node.kind == "sequence":
            for value in node.value:
                self._require_finite(value, name)
        elif isinstance(node.value, float) and not math.isfinite(node.value):
            self.add(node.location, f"{name} must hold JSON values, not {node.raw}")
