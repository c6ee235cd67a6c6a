"""The interface of a prompt: the variables that an application passes, with types and examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from lensops.prompts.digest import digest


class Variable(NamedTuple):
    """One variable. `type` is one of `manifest.entries`; None takes every value."""

    type: str | None = None
    example: Any = None

    def content(self) -> dict[str, Any]:
        """The variable as JSON values; what is not declared is left out."""
        keys = {"type": self.type, "example": self.example}
        return {key: value for key, value in keys.items() if value is not None}


class Interface(NamedTuple):
    """The variables by name. Equal digests mean: an application passes the same."""

    variables: Mapping[str, Variable] = MappingProxyType({})

    @property
    def names(self) -> tuple[str, ...]:
        """The names, sorted."""
        return tuple(sorted(self.variables))

    @property
    def digest(self) -> str:
        """Over names, types and examples."""
        return digest("interface", self.content())

    def content(self) -> dict[str, Any]:
        """The interface as JSON values."""
        return {name: self.variables[name].content() for name in self.names}


def untyped_interface(names: Iterable[str]) -> Interface:
    """The interface of a prompt that declares none: what it uses."""
    return Interface({name: Variable() for name in names})
