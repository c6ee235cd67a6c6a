"""Read YAML into nodes that know their line, column and span in the text, within limits."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode, SequenceNode

from lensops.errors import Invalid, Location, Problem
from lensops.files import decode
from lensops.files.read import BOM
from lensops.manifest.compose import MAX_NODES, Alias, LimitedComposer, LimitError
from lensops.manifest.node import Node
from lensops.manifest.scalar import ScalarError, scalar_value, surrogate

MAX_BYTES = 1_000_000

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_DIRECTIVE = re.compile(r"^%YAML (?!1\.2\b).*", re.MULTILINE)
_LONG_TAG = re.compile(r"(?<!\S)!\S{20000}")  # the parser's time grows with the square of it
_TAG = "tag:yaml.org,2002:"
_KINDS = {"!!map": "mapping", "!!seq": "sequence"}


@lru_cache(maxsize=64)  # a manifest of the work tree is mostly that of HEAD as well
def read_yaml(data: bytes, path: str) -> Node:
    """The one document of a YAML 1.2 file. Raises `Invalid` with its problems."""
    if len(data) > MAX_BYTES:
        raise _invalid(
            Location(path), f"larger than {MAX_BYTES:,} bytes", "is this the right file?"
        )
    text = decode(data, path)
    offset = len(BOM) if text.startswith(BOM) else 0
    return _Reader(text[offset:], path, offset).document()


class _Reader:
    """The composed tree of a text on its way to nodes, with the problems met on the way."""

    def __init__(self, text: str, path: str, offset: int) -> None:
        self.text, self.path, self.offset = text, path, offset
        self.nodes: dict[int, Node] = {}  # by identity of ruamel's node, for aliases
        self.problems: list[Problem] = []
        self.total = 0

    def document(self) -> Node:
        self._refuse_unread()
        yaml = YAML(typ="safe", pure=True, plug_ins=[])  # rt marks folds with U+0007
        yaml.Composer = LimitedComposer
        try:
            composed = yaml.compose(self.text)
        except LimitError as error:
            raise _invalid(self._location(error.mark), str(error)) from None
        except YAMLError as error:
            raise self._syntax(error) from None
        if composed is None:
            raise _invalid(Location(self.path), "the file is empty")
        root = self._node(composed)
        if self.problems:
            raise Invalid(tuple(self.problems))
        return root

    def _refuse_unread(self) -> None:
        """What the parser would read by other rules, or for too long."""
        if match := _DIRECTIVE.search(self.text):
            location = self._location_at(match.start())
            raise _invalid(location, f"{match[0].strip()}: YAML 1.2 is read", "remove the line")
        if match := _LONG_TAG.search(self.text):
            raise _invalid(self._location_at(match.start()), "a tag of more than 20,000 characters")

    def _node(self, composed: Any) -> Node:
        if isinstance(composed, Alias):
            return self._alias(composed)
        if isinstance(composed, ScalarNode):
            node = self._scalar(composed)
        elif isinstance(composed, SequenceNode):
            items = tuple(self._node(item) for item in composed.value)
            node = self._collection("sequence", items, composed, sum(item.size for item in items))
        else:
            node = self._mapping(composed)
        self._count(1, node.location)
        self.nodes[id(composed)] = node
        return node

    def _count(self, nodes: int, location: Location) -> None:
        self.total += nodes
        if self.total > MAX_NODES:
            hint = "aliases multiply what they name"
            raise _invalid(location, f"more than {MAX_NODES:,} values", hint)

    def _alias(self, alias: Any) -> Node:
        location, target = self._location(alias.start_mark), self.nodes.get(id(alias.target))
        if target is None:
            message = f"alias *{alias.target.anchor} names no anchor before it"
            raise _invalid(location, message, "it lies inside of what it names")
        self._count(target.size, location)
        start, end = self._span(alias)
        return target._replace(location=location, start=start, end=end)

    def _scalar(self, composed: Any) -> Node:
        start, end = self._span(composed)
        location = self._location(composed.start_mark, start)
        properties = self.text[composed.start_mark.index : start - self.offset]
        text, tag = str(composed.value), _tag(composed)
        value: Any = text
        if composed.style is None or "!" in properties:
            try:
                value = scalar_value(tag, text, explicit="!" in properties)
            except ScalarError as error:
                self.problems.append(Problem(location, str(error), error.hint))
        if surrogate(text):
            self.problems.append(Problem(location, "half of a surrogate pair is no character"))
        raw = self.text[start - self.offset : end - self.offset]
        return Node("scalar", value, location, start, end, raw=raw)

    def _mapping(self, composed: Any) -> Node:
        pairs: dict[str, tuple[Node, Node]] = {}
        merged: list[Node] = []
        for composed_key, composed_value in composed.value:
            key = self._text_key(self._node(composed_key))
            value = self._node(composed_value)
            if value.kind == "scalar" and value.start == value.end:
                value = value._replace(location=self._after(key))
            if key.value == "<<" and key.raw == "<<":
                merged += value.value if value.kind == "sequence" else [value]
            elif key.value in pairs:
                first = pairs[key.value][0].location
                hint = f"line {first.line} has it already"
                self.problems.append(Problem(key.location, f"duplicate key {key.value!r}", hint))
            else:
                pairs[key.value] = (key, value)
        self._merge(pairs, merged)
        size = sum(key.size + value.size for key, value in pairs.values())
        return self._collection("mapping", tuple(pairs.values()), composed, size)

    def _merge(self, pairs: dict[str, tuple[Node, Node]], sources: list[Node]) -> None:
        """The pairs of `<<:`, where the mapping has none of that key itself."""
        for source in sources:
            if source.kind != "mapping":
                self.problems.append(Problem(source.location, "`<<:` takes mappings alone"))
                continue
            for key, value in source.value:
                pairs.setdefault(key.value, (key, value))

    def _text_key(self, key: Node) -> Node:
        """A key as text: a number or a date as it is written."""
        if key.kind != "scalar":
            self.problems.append(Problem(key.location, "a key must be text"))
        text = key.value if key.kind == "scalar" and isinstance(key.value, str) else key.raw
        return key._replace(kind="scalar", value=text)

    def _after(self, key: Node) -> Location:
        """Behind the colon of a key: there belongs the value that was left out."""
        location = key.location
        return Location(self.path, location.line, (location.column or 1) + key.end - key.start + 1)

    def _collection(self, kind: str, value: Any, composed: Any, inner: int) -> Node:
        location = self._location(composed.start_mark)
        tag = _tag(composed)
        if _KINDS.get(tag) != kind:
            self.problems.append(Problem(location, f"the tag {tag} is not read", "remove it"))
        start, end = composed.start_mark.index, composed.end_mark.index
        raw = self.text[start:end]
        return Node(kind, value, location, start + self.offset, end + self.offset, inner + 1, raw)

    def _span(self, composed: Any) -> tuple[int, int]:
        start, end = composed.start_mark.index, composed.end_mark.index
        if properties := _PROPERTIES.match(self.text[start:end]):
            start += properties.end()
        return start + self.offset, start + self.offset + len(self.text[start:end].rstrip())

    def _location(self, mark: Any, start: int | None = None) -> Location:
        """The place of a mark; or of `start`, behind it, when that is on the same line."""
        shift = start - self.offset - mark.index if start is not None else 0
        on_line = shift if "\n" not in self.text[mark.index : mark.index + shift] else 0
        return Location(self.path, mark.line + 1, mark.column + 1 + on_line)

    def _location_at(self, index: int) -> Location:
        line_start = self.text.rfind("\n", 0, index) + 1
        return Location(self.path, self.text.count("\n", 0, index) + 1, index - line_start + 1)

    def _syntax(self, error: Any) -> Invalid:
        position = getattr(error, "position", None)
        if isinstance(position, int):
            code = ord(self.text[position])
            message = f"the control character U+{code:04X} is not allowed in YAML"
            return _invalid(self._location_at(position), message)
        if match := re.search(r"^<{7} ", self.text, re.MULTILINE):
            location = self._location_at(match.start())
            return _invalid(location, "a merge left a conflict here", "solve it, then `git add` it")
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        if mark is None:
            return _invalid(Location(self.path), "not valid YAML")
        message = str(getattr(error, "problem", None) or "not valid YAML")
        if message == "but found another document":
            location, hint = self._location(mark), "keep one document a file"
            return _invalid(location, "a second YAML document begins here", hint)
        tabs = "indent with spaces, not tabs" if "\\t" in message else None
        return _invalid(self._location(mark), message, tabs)


def _tag(composed: Any) -> str:
    """A node's tag as it may be written: `!!int`, `!other`."""
    return str(composed.tag).replace(_TAG, "!!")


def _invalid(location: Location, message: str, hint: str | None = None) -> Invalid:
    return Invalid((Problem(location, message, hint),))
