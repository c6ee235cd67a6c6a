"""A section's change as a block: marked lines to look at, and a valid unified diff."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher, unified_diff
from typing import TYPE_CHECKING, Any, NamedTuple

from lensops.format import plural
from lensops.report.document import Diff, DiffLine, Line, Side, Span, Tone

if TYPE_CHECKING:
    from lensops.plan.difference import SectionChange


CONTEXT = 2  # unchanged lines that are kept around a change
MAX_WORDS = 2_000  # a longer pair of lines is shown whole, not word by word
SIMILAR = 0.3  # lines that share less are shown as replaced, without marks inside
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Row(NamedTuple):
    """A line before, a line after, or both; `folded` counts unchanged lines that are left out."""

    old: Line | None = None
    new: Line | None = None
    same: bool = False
    folded: int = 0


def rows(old_text: str, new_text: str) -> tuple[Row, ...]:
    """The rows of a diff, unchanged stretches folded."""
    old = old_text.split("\n") if old_text else []
    new = new_text.split("\n") if new_text else []
    collected: list[Row] = []
    blocks = SequenceMatcher(None, old, new).get_opcodes()
    for index, (tag, a, b, c, d) in enumerate(blocks):
        if tag == "equal":
            ends = (index == 0, index == len(blocks) - 1)
            collected += _same_rows(old[a:b], ends)
        else:
            collected += _changed_rows(old[a:b], new[c:d])
    return tuple(collected)


def _same_rows(lines: Sequence[str], ends: tuple[bool, bool]) -> Iterator[Row]:
    head = 0 if ends[0] else CONTEXT
    tail = 0 if ends[1] else CONTEXT
    folded = len(lines) - head - tail
    if folded <= 1:  # a fold of one line would save nothing
        head, tail, folded = len(lines), 0, 0
    for text in lines[:head]:
        yield _same(text)
    if folded:
        yield Row(folded=folded)
    for text in lines[len(lines) - tail :]:
        yield _same(text)


def _same(text: str) -> Row:
    spans = (Span(text),)
    return Row(spans, spans, same=True)


def _changed_rows(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    paired = min(len(old), len(new))
    for pair in zip(old[:paired], new[:paired], strict=True):
        yield Row(*words(*pair))
    for text in old[paired:]:
        yield Row(old=(Span(text, Tone.REMOVED),))
    for text in new[paired:]:
        yield Row(new=(Span(text, Tone.ADDED),))


def words(old_line: str, new_line: str) -> tuple[Line, Line]:
    """Both lines, the words that only one of them has marked."""
    old, new = _WORDS.findall(old_line), _WORDS.findall(new_line)
    whole = ((Span(old_line, Tone.REMOVED),), (Span(new_line, Tone.ADDED),))
    if len(old) + len(new) > MAX_WORDS:
        return whole
    matcher = SequenceMatcher(None, old, new)
    if matcher.ratio() < SIMILAR:
        return whole
    left: list[Span] = []
    right: list[Span] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        is_same = tag == "equal"
        _add(left, "".join(old[a:b]), Tone.REMOVED if is_same else Tone.REMOVED_WORD)
        _add(right, "".join(new[c:d]), Tone.ADDED if is_same else Tone.ADDED_WORD)
    return tuple(left), tuple(right)


def _add(spans: list[Span], text: str, tone: Tone) -> None:
    if text:
        spans.append(Span(text, tone))


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
