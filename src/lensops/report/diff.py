"""A section's change as a block: marked lines to look at, and a valid unified diff."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

from lensops.format import plural
from lensops.plan.difference import SectionChange
from lensops.report.document import Diff, DiffLine, Side, Span, Tone
from lensops.report.word_diff import Row, rows

NO_END = "\\ No newline at end of file\n"
NOTES = {"create": "new section", "delete": "section removed", "update": None}


def diff_block(change: SectionChange) -> Diff:
    """The block of one section."""
    found = rows(change.old, change.new)
    note = "only whitespace differs" if change.whitespace_only else NOTES[change.action]
    return Diff(
        change.name,
        tuple(_lines(found)),
        unified(change),
        note,
        tuple(_sides(found)),
    )


def data(change: SectionChange) -> dict[str, Any]:
    """The keys of a section in `lensops/diff/v1`."""
    return {
        "name": change.name,
        "action": str(change.action),
        "whitespace_only": change.whitespace_only,
        "before": change.old,
        "after": change.new,
    }


def unified(change: SectionChange) -> str:
    """A diff that `git apply` and `patch` take; the file's name is the section's.

    A section's last line counts as ended by a newline, unless just that is what differs.
    """
    name = change.name.replace(" ", "_")
    old = "/dev/null" if change.action == "create" else f"a/{name}"
    new = "/dev/null" if change.action == "delete" else f"b/{name}"
    before, after = change.old, change.new
    if not (before and after) or before.endswith("\n") == after.endswith("\n"):
        before, after = _closed(before), _closed(after)
    lines = unified_diff(_ended(before), _ended(after), old, new)
    return "".join(line if line.endswith("\n") else f"{line}\n{NO_END}" for line in lines)


def _closed(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _ended(text: str) -> list[str]:
    """Lines with their ends; only LF ends a line, as git has it."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _lines(found: tuple[Row, ...]) -> Iterator[DiffLine]:
    """Removed lines of a stretch before the added ones."""
    added: list[DiffLine] = []
    for row in found:
        if row.same or row.folded:
            yield from added
            added.clear()
            yield DiffLine("…", _folded(row)) if row.folded else DiffLine(" ", row.after or ())
            continue
        if row.before is not None:
            yield DiffLine("-", row.before)
        if row.after is not None:
            added.append(DiffLine("+", row.after))
    yield from added


def _sides(found: tuple[Row, ...]) -> Iterator[Side]:
    for row in found:
        if row.folded:
            yield Side(_folded(row), _folded(row))
        else:
            yield Side(row.before, row.after)


def _folded(row: Row) -> tuple[Span, ...]:
    return (Span(plural(row.folded, "unchanged line"), Tone.MUTED),)
