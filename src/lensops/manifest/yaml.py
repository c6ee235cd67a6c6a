"""Read YAML into nodes that know their line, column and span in the text, within limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lensops.errors import Invalid, Location, Problem
from lensops.files import decode
from lensops.files.text import BOM
from lensops.manifest.node import Node

MAX_BYTES = 1_000_000
MAX_NODES = 100_000  # after aliases are followed: a bomb ends here
MAX_DEPTH = 60

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_INT = re.compile(r"[-+]?(0|[1-9][0-9_]*|0o[0-7]+|0x[0-9a-fA-F]+)\Z")


def read_yaml(data: bytes, path: str) -> Node:
    """The one document of a YAML file. Raises `Invalid` with its problems."""
    if len(data) > MAX_BYTES:
        raise _invalid(
            Location(path), f"larger than {MAX_BYTES:,} bytes", "is this the right file?"
        )
    text = decode(data, path)
    offset = len(BOM) if text.startswith(BOM) else 0
    return _Reader(text[offset:], path, offset).document()


class _Reader:
    """One pass over the parser's events."""

    def __init__(self, text: str, path: str, offset: int) -> None:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        self.text, self.path, self.offset = text, path, offset
        self.error = YAMLError
        self.yaml = YAML(typ="safe", pure=True)  # rt marks folds with U+0007
        self.events: Iterator[Any] = iter(self.yaml.parse(text))
        self.anchors: dict[str, Node] = {}
        self.problems: list[Problem] = []
        self.total = 0

    def document(self) -> Node:
        try:
            root = self._only_document()
        except self.error as error:
            raise self._syntax(error) from None
        if self.problems:
            raise Invalid(tuple(self.problems))
        return root

    def _only_document(self) -> Node:
        self._next("StreamStart")
        if type(event := next(self.events)).__name__ == "StreamEndEvent":
            raise _invalid(Location(self.path), "the file is empty")
        root = self._node(next(self.events), 0)
        self._next("DocumentEnd")
        if type(event := next(self.events)).__name__ != "StreamEndEvent":
            location = self._place(event.start_mark)
            raise _invalid(
                location, "a second YAML document begins here", "keep one document a file"
            )
        return root

    def _next(self, name: str) -> None:
        event = next(self.events)
        assert type(event).__name__ == f"{name}Event", event  # noqa: S101  # the parser's grammar

    def _node(self, event: Any, depth: int) -> Node:
        if depth > MAX_DEPTH:
            location = self._place(event.start_mark)
            raise _invalid(location, f"nested more than {MAX_DEPTH} levels deep")
        name = type(event).__name__
        if name == "AliasEvent":
            return self._alias(event)
        if name == "ScalarEvent":
            node = self._scalar(event)
        elif name == "SequenceStartEvent":
            node = self._sequence(event, depth)
        else:
            node = self._mapping(event, depth)
        self._count(1, node.location)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _count(self, nodes: int, location: Location) -> None:
        self.total += nodes
        if self.total > MAX_NODES:
            raise _invalid(
                location, f"more than {MAX_NODES:,} values", "aliases multiply what they name"
            )

    def _alias(self, event: Any) -> Node:
        location = self._place(event.start_mark)
        if event.anchor not in self.anchors:
            raise _invalid(location, f"alias *{event.anchor} names no anchor before it")
        target = self.anchors[event.anchor]
        self._count(target.size, location)
        start, end = self._span(event)
        return replace(target, location=location, start=start, end=end)

    def _scalar(self, event: Any) -> Node:
        start, end = self._span(event)
        value = event.value
        if event.style is None or (event.tag and not event.implicit[1]):
            value = self._resolve(event)
        return Node("scalar", value, self._place(event.start_mark, start), start, end)

    def _resolve(self, event: Any) -> Any:
        from ruamel.yaml.nodes import ScalarNode

        text = str(event.value)
        tag = str(event.tag or self.yaml.resolver.resolve(ScalarNode, text, (True, False)))
        match tag.rsplit(":", 1)[-1]:
            case "null":
                return None
            case "bool":
                return text.lower() in {"true", "yes", "on"}  # the last two only under %YAML 1.1
            case "int" if _INT.match(text):
                return int(
                    text.replace("_", ""), 0 if text.lstrip("+-")[:2] in {"0o", "0x"} else 10
                )
            case "float":
                return _float(text)
            case _:
                return text

    def _sequence(self, event: Any, depth: int) -> Node:
        items: list[Node] = []
        while type(item := next(self.events)).__name__ != "SequenceEndEvent":
            items.append(self._node(item, depth + 1))
        return self._whole("sequence", tuple(items), event, item, 1 + sum(i.size for i in items))

    def _mapping(self, event: Any, depth: int) -> Node:
        pairs: dict[Any, tuple[Node, Node]] = {}
        merged: list[Node] = []
        while type(item := next(self.events)).__name__ != "MappingEndEvent":
            key = self._node(item, depth + 1)
            value = self._node(next(self.events), depth + 1)
            if key.kind != "scalar" or not isinstance(key.value, str):
                key = self._text_key(key)
            if value.kind == "scalar" and value.start == value.end:
                value = replace(value, location=self._after(key))
            if key.value == "<<":
                merged += value.value if value.kind == "sequence" else [value]
            elif key.value in pairs:
                first = pairs[key.value][0].location
                hint = f"it stands already in line {first.line}"
                self.problems.append(Problem(key.location, f"duplicate key {key.value!r}", hint))
            else:
                pairs[key.value] = (key, value)
        for source in merged:
            for key, value in source.value if source.kind == "mapping" else ():
                pairs.setdefault(key.value, (key, value))
        size = 1 + sum(key.size + value.size for key, value in pairs.values())
        return self._whole("mapping", tuple(pairs.values()), event, item, size)

    def _after(self, key: Node) -> Location:
        """Behind the colon of a key: there belongs the value that was left out."""
        location = key.location
        return Location(self.path, location.line, (location.column or 1) + key.end - key.start + 1)

    def _text_key(self, key: Node) -> Node:
        raw = self.text[key.start - self.offset : key.end - self.offset]
        if key.kind != "scalar":
            self.problems.append(Problem(key.location, "a key must be text"))
        return replace(key, kind="scalar", value=raw)

    def _whole(self, kind: str, value: Any, first: Any, last: Any, size: int) -> Node:
        start, end = first.start_mark.index + self.offset, last.end_mark.index + self.offset
        return Node(kind, value, self._place(first.start_mark), start, end, size)

    def _span(self, event: Any) -> tuple[int, int]:
        start, end = event.start_mark.index, event.end_mark.index
        raw = self.text[start:end]
        if properties := _PROPERTIES.match(raw):
            start += properties.end()
        return start + self.offset, start + self.offset + len(self.text[start:end].rstrip())

    def _place(self, mark: Any, start: int | None = None) -> Location:
        shift = start - self.offset - mark.index if start is not None else 0
        on_line = shift if "\n" not in self.text[mark.index : mark.index + shift] else 0
        return Location(self.path, mark.line + 1, mark.column + 1 + on_line)

    def _syntax(self, error: Any) -> Invalid:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        if mark is None:
            location, message = self._unreadable(error)
            return _invalid(location, message)
        message = str(getattr(error, "problem", None) or "not valid YAML")
        hint = "indent with spaces, not tabs" if "\\t" in message else None
        return _invalid(self._place(mark), message, hint)

    def _unreadable(self, error: Any) -> tuple[Location, str]:
        position = getattr(error, "position", None)
        if not isinstance(position, int):
            return Location(self.path), "not valid YAML"
        before = self.text[:position]
        location = Location(
            self.path, before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
        )
        return (
            location,
            f"the control character U+{ord(self.text[position]):04X} is not allowed in YAML",
        )


def _float(text: str) -> float:
    special = {".inf": float("inf"), "-.inf": float("-inf"), ".nan": float("nan")}
    lowered = text.lower().removeprefix("+")
    return special[lowered] if lowered in special else float(lowered.replace("_", ""))


def _invalid(location: Location, message: str, hint: str | None = None) -> Invalid:
    return Invalid((Problem(location, message, hint),))
