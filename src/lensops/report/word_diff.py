"""Lines of two texts side by side: which lines changed, and which words in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from lensops.report.document import Line, Span, Tone

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
