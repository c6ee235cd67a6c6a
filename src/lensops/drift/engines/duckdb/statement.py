"""One SQL statement under construction: names are quoted, values are bound, none is pasted."""

from __future__ import annotations

from typing import Any


class Statement:
    """Collects the values of a statement while its text is written."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def bind(self, value: Any) -> str:
        """The place in the text that a value is bound to."""
        self.values.append(value)
        return f"${len(self.values)}"


def quoted(name: str) -> str:
    """A column's name as an identifier."""
    return '"' + name.replace('"', '""') + '"'
