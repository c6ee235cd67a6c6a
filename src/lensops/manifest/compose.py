"""Compose YAML by ruamel within limits, aliases kept apart from what they name."""

from __future__ import annotations

from typing import Any, NamedTuple

from ruamel.yaml.composer import Composer
from ruamel.yaml.events import AliasEvent

MAX_NODES = 100_000  # after aliases are followed: a bomb ends here
MAX_DEPTH = 60


class Alias(NamedTuple):
    """A place in the text that names an anchored node."""

    target: Any
    start_mark: Any
    end_mark: Any


class LimitError(Exception):
    """The document is deeper or larger than what is read; `mark` is where."""

    def __init__(self, mark: Any, message: str) -> None:
        super().__init__(message)
        self.mark = mark


class LimitedComposer(Composer):
    """ruamel's composer with limits, in whose tree an alias keeps its own place."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader=loader)
        self.warn_double_anchors = False
        self._levels = self._nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if self._levels > MAX_DEPTH:
            raise LimitError(event.start_mark, f"nested more than {MAX_DEPTH} levels deep")
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise LimitError(event.start_mark, f"more than {MAX_NODES:,} values")
        if isinstance(event, AliasEvent) and event.anchor not in self.anchors:
            message = f"alias *{event.anchor} names no anchor before it"
            raise LimitError(event.start_mark, message)
        self._levels += 1
        node = super().compose_node(parent, index)
        self._levels -= 1
        if isinstance(event, AliasEvent):
            return Alias(node, event.start_mark, event.end_mark)
        return node
