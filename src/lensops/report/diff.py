"""A section's change as a block: marked lines to look at, and a valid unified diff."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from typing import TYPE_CHECKING, Any

from lensops.format import plural
from lensops.report.document import Diff, DiffLine, Side, Span, Tone
from lensops.report.word_diff import Row, rows

if TYPE_CHECKING:
    from lensops.plan.difference import SectionChange

NO_END = "\\ No newline at end of file\n"
NOTES = {"create": "new section", "delete": "section removed", "update": None}


def diff_block(change: SectionChange) -> Diff:
    """The block of one section."""
    diff_rows = rows(change.old, change.new)
    note = "only whitespace differs" if change.whitespace_only else NOTES[change.action]
    return Diff(
        change.name,
        tuple(_lines(diff_rows)),
        unified_text(change),
        note,
        tuple(_sides(diff_rows)),
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


def unified_text(change: SectionChange) -> str:
    """A diff that `git apply` and `patch` take; the file's name is the section's.

    A section's last line counts as ended by a newline, unless just that is what differs.
    """
    name = change.name.replace(" ", "_")
    old = "/dev/null" if change.action == "create" else f"a/{name}"
    new = "/dev/null" if change.action == "delete" else f"b/{name}"
    old_text, new_text = change.old, change.new
    if not (old_text and new_text) or old_text.endswith("\n") == new_text.endswith("\n"):
        old_text, new_text = _with_newline(old_text), _with_newline(new_text)
    lines = unified_diff(_lines_of(old_text), _lines_of(new_text), old, new)
    return "".join(line if line.endswith("\n") else f"{line}\n{NO_END}" for line in lines)


def _with_newline(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _lines_of(text: str) -> list[str]:
    """Lines with their ends; only LF ends a line, as git has it."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _lines(diff_rows: tuple[Row, ...]) -> Iterator[DiffLine]:
    """Removed lines of a stretch before the added ones."""
    added: list[DiffLine] = []
    for row in diff_rows:
        if row.same or row.folded:
            yield from added
            added.clear()
            yield DiffLine("…", _fold_line(row)) if row.folded else DiffLine(" ", row.new or ())
            continue
        if row.old is not None:
            yield DiffLine("-", row.old)
        if row.new is not None:
            added.append(DiffLine("+", row.new))
    yield from added


def _sides(diff_rows: tuple[Row, ...]) -> Iterator[Side]:
    for row in diff_rows:
        if row.folded:
            yield Side(_fold_line(row), _fold_line(row))
        else:
            yield Side(row.old, row.new)


def _fold_line(row: Row) -> tuple[Span, ...]:
    return (Span(plural(row.folded, "unchanged line"), Tone.MUTED),)
