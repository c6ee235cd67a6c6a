"""What a plan says of one thing: a prompt, its variables, a limit is created, updated, deleted."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from lensops.prompts import Interface, Prompt

Subject = Prompt | Interface | float


class Kind(StrEnum):
    """What changes; the order is that of reports."""

    PROMPT = "prompt"
    VARIABLES = "variables"  # what an application passes to a prompt
    THRESHOLD = "threshold"
    BAND = "band"


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Change(NamedTuple):
    """One change from observed to desired. `loosened`: the gate lets more through than before.

    `old` and `new` are prompts for a prompt, interfaces for variables, and numbers otherwise; None
    where there is none.
    """

    kind: Kind
    name: str
    action: Action
    old: Subject | None
    new: Subject | None
    loosened: bool = False

    @property
    def prompts(self) -> tuple[Prompt | None, Prompt | None]:
        """`old` and `new` of a prompt."""
        old, new = self.old, self.new
        return (
            old if isinstance(old, Prompt) else None,
            new if isinstance(new, Prompt) else None,
        )

    @property
    def interfaces(self) -> tuple[Interface, Interface] | None:
        """`old` and `new` of variables."""
        old, new = self.old, self.new
        if isinstance(old, Interface) and isinstance(new, Interface):
            return old, new
        return None

    def identity(self) -> dict[str, Any]:
        """What a plan's digest covers of the change, as JSON values."""
        return {
            "kind": str(self.kind),
            "name": self.name,
            "action": str(self.action),
            "from": _identity(self.old),
            "to": _identity(self.new),
        }


def action(old: object | None, new: object | None) -> Action:
    """What leads from `old` to `new`, one of which may be None."""
    if old is None:
        return Action.CREATE
    return Action.DELETE if new is None else Action.UPDATE


def _identity(value: Subject | None) -> Any:
    if isinstance(value, Interface):
        return value.digest
    if isinstance(value, Prompt):
        return {"version": value.version, "digest": value.digest}
    return value
