"""Changes of a plan in one line each, the same words everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from lensops.format import format_limit, plural
from lensops.plan import Action, Change, Kind
from lensops.report.document import Line, Span, Tone, line

_SIGNS = {
    Action.CREATE: Span("+ ", Tone.ADDED),
    Action.UPDATE: Span("~ ", Tone.WARN),
    Action.DELETE: Span("- ", Tone.REMOVED),
}
_DONE = {Action.CREATE: "created", Action.UPDATE: "updated", Action.DELETE: "removed"}


def change_line(change: Change) -> Line:
    """A change in one line, such as `~ offer_copy v1 → v2`."""
    if change.loosened:
        words = f"⚠ gate loosened: {change.name} {change.kind} "
        return line(Span(words + _from_to(change), Tone.BAD))
    kind = "" if change.kind is Kind.PROMPT else f"{change.kind} "
    name = Span(change.name, Tone.STRONG)
    return line(_SIGNS[change.action], name, f" {kind}{_from_to(change)}", *_remark(change))


def count_changes(changes: Iterable[Change]) -> str:
    """How many changes of which sort, such as `1 prompt updated, 2 bands created`."""
    counts = Counter((change.kind, change.action) for change in changes)
    order = [(kind, action) for kind in Kind for action in Action if (kind, action) in counts]
    return ", ".join(
        f"{plural(counts[kind, action], kind)} {_DONE[action]}" for kind, action in order
    )


def change_data(change: Change) -> dict[str, Any]:
    """A change as the JSON of a plan; prompts by their version and digest."""
    before, after = change.prompts
    row = {
        "kind": str(change.kind),
        "name": change.name,
        "action": str(change.action),
        "from": before.version if before else change.old,
        "to": after.version if after else change.new,
        "loosened": change.loosened,
    }
    if change.kind is Kind.PROMPT:
        row["from_digest"] = before.digest if before else None
        row["to_digest"] = after.digest if after else None
    return row


def _from_to(change: Change) -> str:
    before, after = _shown(change.old), _shown(change.new)
    if change.loosened or change.action is Action.UPDATE:
        return f"{before} → {after}"
    return after if change.action is Action.CREATE else before


def _shown(value: object) -> str:
    if value is None:
        return "none"
    return (
        format_limit(value)
        if isinstance(value, int | float)
        else str(getattr(value, "version", ""))
    )


def _remark(change: Change) -> tuple[Span, ...]:
    """What a reader would not see from the versions alone."""
    before, after = change.prompts
    if after is None:
        return ()
    if before is not None and before.digest == after.digest:
        return (Span(" (the same content)", Tone.MUTED),)
    remarks = []
    if before is not None and before.version == after.version:
        remarks.append("the content of this version differs")
    if before is not None and (new := sorted({*after.variables} - {*before.variables})):
        remarks.append(f"new variable: {', '.join(new)}")
    return (Span(f" ({'; '.join(remarks)})", Tone.WARN),) if remarks else ()
