"""Changes of a plan in one line each, the same label everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lensops.format import format_limit, plural
from lensops.plan import Action, Change, Kind
from lensops.prompts import Interface, Prompt, Variable
from lensops.report.document import Line, Span, Tone, line

if TYPE_CHECKING:
    from lensops.plan.change import Subject

_SIGNS = {
    Action.CREATE: Span("+ ", Tone.ADDED),
    Action.UPDATE: Span("~ ", Tone.WARN),
    Action.DELETE: Span("- ", Tone.REMOVED),
}
_NOUNS = {Kind.VARIABLES: "interface"}
_DONE = {Action.CREATE: "created", Action.UPDATE: "updated", Action.DELETE: "removed"}


def change_line(change: Change) -> Line:
    """A change in one line, such as `~ offer_copy v1 → v2`."""
    if change.loosened:
        label = f"⚠ gate loosened: {change.name} {change.kind} "
        return line(Span(label + _from_to(change), Tone.BAD))
    name = Span(change.name, Tone.STRONG)
    if change.interfaces is not None:
        return line(_SIGNS[change.action], name, f" variables: {_variables(*change.interfaces)}")
    kind = "" if change.kind is Kind.PROMPT else f"{change.kind} "
    return line(_SIGNS[change.action], name, f" {kind}{_from_to(change)}", *_remark(change))


def count_changes(changes: Iterable[Change]) -> str:
    """How many changes of which sort, such as `1 prompt updated, 2 bands created`."""
    counts = Counter((change.kind, change.action) for change in changes)
    order = [(kind, action) for kind in Kind for action in Action if (kind, action) in counts]
    return ", ".join(
        f"{plural(counts[kind, action], _NOUNS.get(kind, kind))} {_DONE[action]}"
        for kind, action in order
    )


def change_data(change: Change) -> dict[str, Any]:
    """A change as the JSON of a plan; prompts by their version and digest."""
    old, new = change.prompts
    row = {
        "kind": str(change.kind),
        "name": change.name,
        "action": str(change.action),
        "from": _json(change.old),
        "to": _json(change.new),
        "loosened": change.loosened,
    }
    if change.kind is Kind.PROMPT:
        row["from_digest"] = old.digest if old else None
        row["to_digest"] = new.digest if new else None
    return row


def _json(value: Subject | None) -> Any:
    if isinstance(value, Prompt):
        return value.version
    return value.content() if isinstance(value, Interface) else value


def _variables(old: Interface, new: Interface) -> str:
    """What an application passes from now on, such as `− points, + tier, points: integer`."""
    removed = [f"− {name}" for name in old.names if name not in new.variables]
    added = [f"+ {name}" for name in new.names if name not in old.variables]
    changed = [
        f"{name}: {_variable(old.variables[name])} → {_variable(new.variables[name])}"
        for name in new.names
        if name in old.variables and old.variables[name] != new.variables[name]
    ]
    return ", ".join([*removed, *added, *changed])


def _variable(variable: Variable) -> str:
    """A type, and an example where there is one."""
    kind = variable.type or "any type"
    return kind if variable.example is None else f"{kind} such as {variable.example!r}"


def _from_to(change: Change) -> str:
    old, new = _side_text(change.old), _side_text(change.new)
    if change.loosened or change.action is Action.UPDATE:
        return f"{old} → {new}"
    return new if change.action is Action.CREATE else old


def _side_text(value: object) -> str:
    if value is None:
        return "none"
    return (
        format_limit(value)
        if isinstance(value, int | float)
        else str(getattr(value, "version", ""))
    )


def _remark(change: Change) -> tuple[Span, ...]:
    """What a reader would not see from the versions alone."""
    old, new = change.prompts
    if new is None:
        return ()
    if old is not None and old.digest == new.digest:
        return (Span(" (the same content)", Tone.MUTED),)
    remarks = []
    if old is not None and old.version == new.version:
        remarks.append("the content of this version differs")
    return (Span(f" ({'; '.join(remarks)})", Tone.WARN),) if remarks else ()
